using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>Bounds what a peer's messages may cost us: so much at once, and so much a second in the long run. A mutable struct: keep it in a field.</summary>
/// <param name="burst">The most at once.</param>
/// <param name="perSecond">What comes back each second.</param>
internal struct MessageBudget(int burst, double perSecond)
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

    /// <summary>
    /// For messages of peer exchange (BEP 11), which come once a minute from honest peers: some clients send a few short ones at first, and clocks differ (THREATS W8).
    /// </summary>
    public static MessageBudget OfExchanges => new(burst: 6, perSecond: 3 / 60.0);

    /// <summary>For announces of the local network, which come once in five minutes from an honest client: a lecture hall that starts at once, and then some (THREATS U9).</summary>
    public static MessageBudget OfLocalAnnounces => new(burst: 200, perSecond: 20);

    /// <summary>For addresses that a peer names: the first messages of both families, then what an honest one may tell, 50 a minute and family (THREATS W8).</summary>
    public static MessageBudget OfExchangedAddresses => new(burst: 200, perSecond: 100 / 60.0);

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
