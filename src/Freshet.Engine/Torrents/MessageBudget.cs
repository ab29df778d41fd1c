using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>Bounds what a peer's messages may cost us: so much at once, and so much a second in the long run. A mutable struct: keep it in a field.</summary>
/// <param name="burst">The most at once.</param>
/// <param name="perSecond">What comes back each second.</param>
internal struct MessageBudget(int burst, int perSecond)
{
    private double _spent;
    private MonoTime _last;

    /// <summary>
    /// For messages that make us work and bring nothing: choke and unchoke, interest to and fro, haves that are known, rejects, suggestions (THREATS W12). A choke of an
    /// honest peer may bring 128 changes at once, never more; honest peers choke every ten seconds, so that four a second are plenty.
    /// </summary>
    public static MessageBudget OfFruitless => new(burst: 128, perSecond: 4);

    /// <summary>
    /// For hashes that a peer is given or has us compute (THREATS B5): 53 bytes ask for 16 KiB, or have a piece read. At once the piece layer of a file of 16,384 pieces, or
    /// the leaves of 256 MiB; a second 64 KiB of answers, or the leaves of 32 MiB of data, a small part of what a core hashes.
    /// </summary>
    public static MessageBudget OfHashes => new(burst: 16_384, perSecond: 2_048);

    /// <summary>
    /// For pieces of metadata that a peer is given (THREATS B7): 30 bytes ask for 16 KiB. Twice all that there can be at once, and 4 MiB a second of what it really reads.
    /// </summary>
    public static MessageBudget OfMetadata => new(burst: 4096, perSecond: 256);

    /// <summary>Spends some of it; false, and nothing is spent, where it is too much.</summary>
    public bool TrySpend(int count, MonoTime now)
    {
        _spent = Math.Max(0, _spent - ((now - _last).TotalSeconds * perSecond));
        _last = now;
        if (_spent + count > burst)
            return false;
        _spent += count;
        return true;
    }
}
