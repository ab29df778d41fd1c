using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Freshet.Protocol.Trackers;

/// <summary>An announce to a UDP tracker (BEP 15), with the URL's path and query (BEP 41).</summary>
public sealed class UdpAnnounce : UdpTrackerExchange
{
    private const int RequestLength = 98;
    private const int MaxOption = 255;
    private const byte UrlDataOption = 2;
    private const byte EndOfOptions = 0;

    private readonly AnnounceRequest _request;
    private readonly string _pathAndQuery;

    /// <summary>Prepares an announce; nothing is sent before <see cref="UdpTrackerExchange.Poll"/>.</summary>
    /// <param name="request">What to say.</param>
    /// <param name="url">The tracker's URL.</param>
    /// <param name="tracker">One of the addresses that its host name has.</param>
    /// <param name="connections">Shared by all exchanges of a session.</param>
    /// <param name="transactions">Shared by all exchanges of a session.</param>
    public UdpAnnounce(AnnounceRequest request, TrackerUrl url, IPEndPoint tracker, UdpConnectionIds connections, UdpTransactionIds transactions)
        : base(tracker, connections, transactions)
    {
        _request = request;
        _pathAndQuery = url.PathAndQuery is "/" ? "" : url.PathAndQuery;
    }

    /// <summary>What the tracker answered; an error packet is an answer with a <see cref="AnnounceAnswer.Failure"/>.</summary>
    public AnnounceAnswer? Answer { get; private set; }

    /// <inheritdoc/>
    public override bool IsAnswered => Answer is not null;

    private protected override UdpAction Action => UdpAction.Announce;

    private protected override int LeastAnswer => 20;

    private protected override void TakeRefusal(string why) => Answer = new AnnounceAnswer { Failure = why };

    private protected override void TakeAnswer(ReadOnlySpan<byte> answer)
    {
        var peers = new List<TrackerPeer>();

        // A list that is cut off is what a datagram that was too long looks like: what came whole is good.
        CompactPeers.TryRead(answer[12..], Tracker.AddressFamily == AddressFamily.InterNetworkV6 ? 18 : 6, peers);
        Answer = new AnnounceAnswer
        {
            Interval = TrackerTime.Interval(BinaryPrimitives.ReadInt32BigEndian(answer)) ?? TrackerLimits.DefaultInterval,
            Incomplete = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(answer[4..])),
            Complete = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(answer[8..])),
            Peers = peers,
        };
    }

    private protected override int WriteQuestion(Span<byte> question)
    {
        const int Length = RequestLength - HeadLength;
        question[..Length].Clear();
        _request.Swarm.Value.Bytes.CopyTo(question);
        _request.Self.Value.Bytes.CopyTo(question[20..]);
        BinaryPrimitives.WriteInt64BigEndian(question[40..], _request.Downloaded);
        BinaryPrimitives.WriteInt64BigEndian(question[48..], _request.Left);
        BinaryPrimitives.WriteInt64BigEndian(question[56..], _request.Uploaded);

        // BEP 15 has no number for BEP 21's event.
        BinaryPrimitives.WriteInt32BigEndian(question[64..], (int)(_request.Event == AnnounceEvent.Paused ? AnnounceEvent.None : _request.Event));

        // Our address stays 0: the tracker takes the packet's source.
        BinaryPrimitives.WriteUInt32BigEndian(question[72..], _request.Key);
        BinaryPrimitives.WriteInt32BigEndian(question[76..], _request.Event == AnnounceEvent.Stopped ? 0 : _request.PeersWanted);
        BinaryPrimitives.WriteUInt16BigEndian(question[80..], (ushort)_request.Port);
        return _pathAndQuery.Length == 0 ? Length : Length + WriteUrl(question[Length..]);
    }

    /// <summary>BEP 41: the URL's path and query in parts of at most 255 bytes; it is ASCII.</summary>
    private int WriteUrl(Span<byte> options)
    {
        int written = 0;
        for (ReadOnlySpan<char> rest = _pathAndQuery; !rest.IsEmpty;)
        {
            int part = Math.Min(rest.Length, MaxOption);
            options[written] = UrlDataOption;
            options[written + 1] = (byte)part;
            Encoding.ASCII.GetBytes(rest[..part], options[(written + 2)..]);
            written += 2 + part;
            rest = rest[part..];
        }

        options[written] = EndOfOptions;
        return written + 1;
    }
}
