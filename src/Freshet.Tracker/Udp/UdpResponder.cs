using System.Buffers.Binary;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Udp;

/// <summary>
/// Answers datagrams (BEP 15, BEP 41): bytes in, bytes out, no socket. Without a valid connection id nothing longer than what came goes out, so that a forged source
/// gains nothing. For one thread.
/// </summary>
/// <param name="core">The tracker.</param>
/// <param name="tokens">Connection ids.</param>
/// <param name="limiter">How often one source may ask.</param>
internal sealed class UdpResponder(TrackerCore core, ConnectionTokens tokens, SourceLimiter limiter)
{
    /// <summary>Bytes that an answer may take.</summary>
    public const int MaxAnswer = AnnounceAnswerHeader + (AnswerLimits.MaxPeers * 6);

    /// <summary>Bytes of a datagram that are looked at: an announce and the longest URL in its options.</summary>
    public const int MaxRequest = 2048;

    private const long ProtocolId = 0x41727101980;
    private const int HeaderLength = 16;
    private const int AnnounceLength = 98;
    private const int AnnounceAnswerHeader = 20;
    private const int ScrapeEntryLength = 12;

    private readonly SelectedPeers _peers = new();

    // Announces that waited are answered on another thread.
    private readonly SelectedPeers _pendingPeers = new();

    /// <summary>What came of the datagrams.</summary>
    public TrackerCounters Counters { get; } = new();

    /// <summary>Takes a datagram.</summary>
    /// <param name="datagram">What came.</param>
    /// <param name="source">From where.</param>
    /// <param name="now">The time.</param>
    /// <param name="answer">At least <see cref="MaxAnswer"/> bytes.</param>
    /// <param name="pending">Where peers are shared with other trackers: an announce to be answered by <see cref="Answer"/>.</param>
    /// <returns>The answer's length; 0: none, or not yet.</returns>
    public int Handle(ReadOnlySpan<byte> datagram, PeerAddress source, MonoTime now, Span<byte> answer, out PendingDatagram? pending)
    {
        pending = null;
        if (datagram.Length < HeaderLength)
        {
            Counters.Malformed++;
            return 0;
        }

        long connection = BinaryPrimitives.ReadInt64BigEndian(datagram);
        var action = (UdpAction)BinaryPrimitives.ReadInt32BigEndian(datagram[8..]);
        int transaction = BinaryPrimitives.ReadInt32BigEndian(datagram[12..]);
        if (action == UdpAction.Connect)
        {
            if (connection != ProtocolId)
            {
                Counters.Malformed++;
                return 0;
            }

            Counters.Connects++;
            BinaryPrimitives.WriteInt32BigEndian(answer, (int)UdpAction.Connect);
            BinaryPrimitives.WriteInt32BigEndian(answer[4..], transaction);
            BinaryPrimitives.WriteInt64BigEndian(answer[8..], tokens.Create(source, now));
            return HeaderLength;
        }

        if (!tokens.IsValid(connection, source, now))
        {
            Counters.Refused++;
            return Math.Min(datagram.Length, WriteError(answer, transaction, "Connection id expired."u8));
        }

        if (!limiter.TryTake(source, now))
        {
            // Silence costs least, and the client tries again later.
            Counters.Limited++;
            return 0;
        }

        switch (action)
        {
            case UdpAction.Announce when datagram.Length >= AnnounceLength:
                AnnounceCall call = ReadAnnounce(datagram, source);
                Counters.Announces++;
                if (core.SharesSwarms)
                {
                    pending = new PendingDatagram(call, transaction);
                    return 0;
                }

                return WriteAnnounce(answer, transaction, core.Announce(call, now, _peers, bothFamilies: false), _peers.Compact(source.IsIPv6));
            case UdpAction.Scrape when datagram.Length >= HeaderLength + Sha1Hash.Length:
                Counters.Scrapes++;
                return WriteScrape(answer, transaction, datagram[HeaderLength..]);
            default:
                Counters.Malformed++;
                return WriteError(answer, transaction, "Malformed request."u8);
        }
    }

    /// <summary>Answers an announce that waited.</summary>
    public int Answer(PendingDatagram pending, MonoTime now, Span<byte> answer)
    {
        AnnounceCall call = pending.Call;
        lock (_pendingPeers)
        {
            AnnounceOutcome outcome = core.Answer(call, now, _pendingPeers, bothFamilies: false);
            return WriteAnnounce(answer, pending.Transaction, outcome, _pendingPeers.Compact(call.Source.IsIPv6));
        }
    }

    private static AnnounceCall ReadAnnounce(ReadOnlySpan<byte> datagram, PeerAddress source)
    {
        int announceEvent = BinaryPrimitives.ReadInt32BigEndian(datagram[80..]);
        uint address = BinaryPrimitives.ReadUInt32BigEndian(datagram[84..]);
        return new AnnounceCall
        {
            Swarm = new InfoHash(new Sha1Hash(datagram.Slice(16, Sha1Hash.Length))),
            PeerId = new Sha1Hash(datagram.Slice(36, Sha1Hash.Length)),
            Source = source,
            Left = BinaryPrimitives.ReadInt64BigEndian(datagram[64..]),
            Event = announceEvent is >= 0 and <= (int)CallEvent.Paused ? (CallEvent)announceEvent : CallEvent.None,
            Claimed = address == 0 ? null : new PeerAddress(datagram.Slice(84, 4)),
            Key = BinaryPrimitives.ReadUInt32BigEndian(datagram[88..]),
            Wanted = BinaryPrimitives.ReadInt32BigEndian(datagram[92..]),
            Port = BinaryPrimitives.ReadUInt16BigEndian(datagram[96..]),
        };
    }

    private static int WriteError(Span<byte> answer, int transaction, ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.WriteInt32BigEndian(answer, (int)UdpAction.Error);
        BinaryPrimitives.WriteInt32BigEndian(answer[4..], transaction);
        message.CopyTo(answer[8..]);
        return 8 + message.Length;
    }

    private int WriteAnnounce(Span<byte> answer, int transaction, in AnnounceOutcome outcome, ReadOnlySpan<byte> peers)
    {
        if (outcome.Refusal != Refusal.None)
        {
            Counters.Refused++;
            return WriteError(answer, transaction, RefusalText.Of(outcome.Refusal));
        }

        BinaryPrimitives.WriteInt32BigEndian(answer, (int)UdpAction.Announce);
        BinaryPrimitives.WriteInt32BigEndian(answer[4..], transaction);
        BinaryPrimitives.WriteInt32BigEndian(answer[8..], outcome.IntervalSeconds);
        BinaryPrimitives.WriteInt32BigEndian(answer[12..], outcome.Counts.Leechers);
        BinaryPrimitives.WriteInt32BigEndian(answer[16..], outcome.Counts.Seeders);
        peers.CopyTo(answer[AnnounceAnswerHeader..]);
        return AnnounceAnswerHeader + peers.Length;
    }

    private int WriteScrape(Span<byte> answer, int transaction, ReadOnlySpan<byte> hashes)
    {
        BinaryPrimitives.WriteInt32BigEndian(answer, (int)UdpAction.Scrape);
        BinaryPrimitives.WriteInt32BigEndian(answer[4..], transaction);
        int written = 8;
        for (int count = 0; count < AnswerLimits.MaxScraped && hashes.Length >= Sha1Hash.Length; count++, hashes = hashes[Sha1Hash.Length..])
        {
            SwarmCounts counts = core.Scrape(new InfoHash(new Sha1Hash(hashes[..Sha1Hash.Length])));
            BinaryPrimitives.WriteInt32BigEndian(answer[written..], counts.Seeders);
            BinaryPrimitives.WriteInt32BigEndian(answer[(written + 4)..], counts.Completed);
            BinaryPrimitives.WriteInt32BigEndian(answer[(written + 8)..], counts.Leechers);
            written += ScrapeEntryLength;
        }

        return written;
    }

    /// <summary>The actions of BEP 15.</summary>
    private enum UdpAction
    {
        Connect = 0,
        Announce = 1,
        Scrape = 2,
        Error = 3,
    }
}

/// <summary>An announce that waits for the store that trackers share.</summary>
internal sealed record PendingDatagram(AnnounceCall Call, int Transaction);
