using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>A client that makes torrents.</summary>
internal interface ICreator : IClient
{
    /// <summary>The command that makes a torrent of some content anew, with pieces of the same length, and ends.</summary>
    /// <param name="content">What it is made of.</param>
    /// <param name="file">Where the torrent goes; there is no such file.</param>
    string[] Create(BenchTorrent content, string file);
}
