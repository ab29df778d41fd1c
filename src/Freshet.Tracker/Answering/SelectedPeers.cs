using Freshet.Core;

namespace Freshet.Tracker.Answering;

/// <summary>The peers of an answer; one object serves all answers of a thread.</summary>
internal sealed class SelectedPeers
{
    private readonly byte[] _compact4 = new byte[AnswerLimits.MaxPeers * 6];
    private readonly byte[] _compact6 = new byte[AnswerLimits.MaxPeers * 18];
    private readonly Sha1Hash[] _ids4 = new Sha1Hash[AnswerLimits.MaxPeers];
    private readonly Sha1Hash[] _ids6 = new Sha1Hash[AnswerLimits.MaxPeers];
    private int _count4;
    private int _count6;

    public int Count => _count4 + _count6;

    /// <summary>Addresses and ports of a family, 6 or 18 bytes each.</summary>
    public ReadOnlySpan<byte> Compact(bool isIPv6) => isIPv6 ? _compact6.AsSpan(0, _count6 * 18) : _compact4.AsSpan(0, _count4 * 6);

    /// <summary>Peer ids in the same order; zero where one is not known. Right only if they were asked for.</summary>
    public ReadOnlySpan<Sha1Hash> PeerIds(bool isIPv6) => isIPv6 ? _ids6.AsSpan(0, _count6) : _ids4.AsSpan(0, _count4);

    public void Clear() => _count4 = _count6 = 0;

    public Span<byte> RoomFor(bool isIPv6) => isIPv6 ? _compact6 : _compact4;

    public Span<Sha1Hash> RoomForIds(bool isIPv6) => isIPv6 ? _ids6 : _ids4;

    public void SetCount(bool isIPv6, int count)
    {
        if (isIPv6)
            _count6 = count;
        else
            _count4 = count;
    }
}

/// <summary>How much an answer holds.</summary>
internal static class AnswerLimits
{
    /// <summary>Peers over HTTP, and over UDP and IPv4: more helps nobody, and 200 of 6 bytes fit a datagram that is nowhere cut in pieces.</summary>
    public const int MaxPeers = 200;

    /// <summary>Peers over UDP and IPv6: 18 bytes each within the 1,232 that every IPv6 path carries.</summary>
    public const int MaxUdpPeersIPv6 = 66;

    /// <summary>Peers for who does not say how many it wants: what BEP 3's clients expect.</summary>
    public const int DefaultPeers = 50;

    /// <summary>Torrents in one scrape; over UDP BEP 15 says 74.</summary>
    public const int MaxScraped = 74;

    /// <summary>Torrents in a scrape of all: some 7 MB.</summary>
    public const int MaxFullScrape = 100_000;
}
