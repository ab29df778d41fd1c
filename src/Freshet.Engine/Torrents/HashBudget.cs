using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>Bounds the hashes that a peer is given or has us compute (THREATS B5): 53 bytes ask for 16 KiB, or have a piece read. A mutable struct: keep it in a field.</summary>
internal struct HashBudget
{
    /// <summary>Hashes in one burst: the piece layer of a file of 16,384 pieces, or the leaves of pieces of 256 MiB in all.</summary>
    public const int Burst = 16_384;

    /// <summary>Hashes a second in the long run: 64 KiB of answers, or leaves of 32 MiB of data, a small part of what a core hashes.</summary>
    public const int PerSecond = 2_048;

    private double _spent;
    private MonoTime _last;

    /// <summary>Counts hashes; false where they are too many.</summary>
    public bool TrySpend(int hashes, MonoTime now)
    {
        _spent = Math.Max(0, _spent - ((now - _last).TotalSeconds * PerSecond));
        _last = now;
        if (_spent + hashes > Burst)
            return false;
        _spent += hashes;
        return true;
    }
}
