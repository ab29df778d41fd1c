using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Hashing;

/// <summary>A client that makes torrents.</summary>
internal interface ICreator : IClient
{
    /// <summary>Whether it knows BitTorrent v2.</summary>
    bool MakesV2 => false;

    /// <summary>The command that makes a torrent of some content anew, with pieces of the same length, and ends.</summary>
    /// <param name="content">What it is made of.</param>
    /// <param name="file">Where the torrent goes; there is no such file.</param>
    /// <param name="version">What it is for; v1 where the client does not know v2.</param>
    string[] Create(BenchTorrent content, string file, BenchVersion version);
}
