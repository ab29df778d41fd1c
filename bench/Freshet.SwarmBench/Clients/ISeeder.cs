using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>A client that seeds.</summary>
internal interface ISeeder : IClient
{
    /// <summary>The words of its output that say that it seeds.</summary>
    string ReadyWords { get; }

    /// <summary>Whether it ends when its input does; else it is interrupted.</summary>
    bool EndsWithInput { get; }

    /// <summary>The command that seeds a torrent's content, unchecked, on a port of 127.0.0.1.</summary>
    string[] Seed(BenchTorrent torrent, int port);
}
