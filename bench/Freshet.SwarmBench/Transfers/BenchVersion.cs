namespace Freshet.SwarmBench.Transfers;

/// <summary>The versions of BitTorrent that a torrent is for.</summary>
internal enum BenchVersion : byte
{
    V1,
    V2,
    Hybrid,
}
