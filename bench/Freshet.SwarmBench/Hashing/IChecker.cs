using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>A client that checks content that is there.</summary>
internal interface IChecker : IClient
{
    /// <summary>The command that hashes a torrent's content and ends, well only where all of it is right.</summary>
    string[] Check(BenchTorrent torrent);
}
