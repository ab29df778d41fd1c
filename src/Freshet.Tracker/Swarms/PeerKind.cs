namespace Freshet.Tracker.Swarms;

/// <summary>What a peer is to its swarm.</summary>
internal enum PeerKind : byte
{
    /// <summary>It wants pieces.</summary>
    Leecher = 0,

    /// <summary>It has not everything and wants no more: a partial seed (BEP 21).</summary>
    PartialSeed = 1,

    /// <summary>It has everything.</summary>
    Seeder = 2,
}

/// <summary>A number for each <see cref="PeerKind"/>.</summary>
[System.Runtime.CompilerServices.InlineArray(3)]
internal struct KindCounts
{
    private int _first;
}
