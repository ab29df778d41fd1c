using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Trackers;

/// <summary>
/// One announce to one address of a UDP tracker (BEP 15), with the URL's path and query (BEP 41): connects where no connection id is at
/// hand, announces, sends again when nothing comes. The caller moves datagrams and time: call <see cref="Poll"/> at the start, after
/// each <see cref="Handle"/> that returned true and at <see cref="Deadline"/>, and send what it gives.
/// </summary>
public sealed class UdpTrackerExchange
{
    /// <summary>Room that <see cref="Poll"/> needs: an announce and the longest URL in its options.</summary>
    public const int MaxDatagram = AnnounceLength + TrackerLimits.MaxUrl + (2 * ((TrackerLimits.MaxUrl / MaxOption) + 1)) + 1;

    /// <summary>
    /// How often a packet is sent before the tracker counts as dead: after 15, 30, 60 and 120 s. BEP 15 goes on to 3,840 s; a torrent has
    /// other trackers, and the announcer's own back-off comes back to this one.
    /// </summary>
    public const int MaxTransmissions = 4;

    private const long ProtocolId = 0x41727101980;
    private const int ConnectLength = 16;
    private const int AnnounceLength = 98;
    private const int AnswerHeaderLength = 20;
    private const int MaxOption = 255;
    private const byte UrlDataOption = 2;
    private const byte EndOfOptions = 0;

    private static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(15);

    private readonly AnnounceRequest _request;
    private readonly string _pathAndQuery;
    private readonly IPEndPoint _tracker;
    private readonly UdpConnectionIds _connections;
    private readonly UdpTransactionIds _transactions;
    private int _transaction;
    private UdpAction _awaited = UdpAction.None;
    private int _transmissions;
    private bool _hasReconnected;

    /// <summary>Prepares an exchange; nothing is sent before <see cref="Poll"/>.</summary>
    /// <param name="request">What to say.</param>
    /// <param name="url">The tracker's URL.</param>
    /// <param name="tracker">One of the addresses that its host name has.</param>
    /// <param name="connections">Shared by all exchanges of a session.</param>
    /// <param name="transactions">Shared by all exchanges of a session.</param>
    public UdpTrackerExchange(
        AnnounceRequest request, TrackerUrl url, IPEndPoint tracker, UdpConnectionIds connections, UdpTransactionIds transactions)
    {
        _request = request;
        _pathAndQuery = url.PathAndQuery is "/" ? "" : url.PathAndQuery;
        _tracker = Unmapped(tracker);
        _connections = connections;
        _transactions = transactions;
    }

    /// <summary>Where the datagrams of <see cref="Poll"/> go.</summary>
    public IPEndPoint Tracker => _tracker;

    /// <summary>What the tracker answered; an error packet is an answer with a <see cref="AnnounceAnswer.Failure"/>.</summary>
    public AnnounceAnswer? Answer { get; private set; }

    /// <summary>Whether the tracker did not answer however often it was asked.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>Whether there is an answer, or none will come.</summary>
    public bool IsOver => Answer is not null || HasTimedOut;

    /// <summary>When <see cref="Poll"/> has something to do; the start of time before its first call.</summary>
    public MonoTime Deadline { get; private set; }

    /// <summary>Does what is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="datagram">At least <see cref="MaxDatagram"/> bytes.</param>
    /// <returns>The length of the datagram to send to <see cref="Tracker"/>, or 0.</returns>
    public int Poll(MonoTime now, Span<byte> datagram)
    {
        bool isConnected = _connections.TryGet(_tracker, now, out long connection);
        if (IsOver)
            return 0;

        // Another torrent's exchange may have got the connection id that this one waits for.
        bool isFreed = isConnected && _awaited == UdpAction.Connect;
        if (isFreed)
            _transmissions = 0;
        if (now < Deadline && !isFreed)
            return 0;
        if (_transmissions == MaxTransmissions)
        {
            HasTimedOut = true;
            Deadline = MonoTime.Never;
            return 0;
        }

        Deadline = now + (FirstTimeout * (1 << _transmissions));
        _transmissions++;
        UdpAction action = isConnected ? UdpAction.Announce : UdpAction.Connect;
        if (action != _awaited)
        {
            // A packet that is sent again keeps its id, so that the answer to either is taken.
            _awaited = action;
            _transaction = _transactions.Next();
        }

        return isConnected ? WriteAnnounce(datagram, connection) : WriteConnect(datagram);
    }

    /// <summary>Takes a datagram.</summary>
    /// <returns>False where it is not for this exchange: another source or transaction, too short, or not what is awaited (U8).</returns>
    public bool Handle(IPEndPoint source, ReadOnlySpan<byte> datagram, MonoTime now)
    {
        if (IsOver || _awaited == UdpAction.None || datagram.Length < 8 || !Unmapped(source).Equals(_tracker)
            || BinaryPrimitives.ReadInt32BigEndian(datagram[4..]) != _transaction)
        {
            return false;
        }

        var action = (UdpAction)BinaryPrimitives.ReadInt32BigEndian(datagram);
        if (action == UdpAction.Error)
        {
            TakeError(datagram[8..], now);
            return true;
        }

        if (action != _awaited || datagram.Length < (action == UdpAction.Connect ? ConnectLength : AnswerHeaderLength))
            return false;
        if (action == UdpAction.Connect)
        {
            _connections.Keep(_tracker, BinaryPrimitives.ReadInt64BigEndian(datagram[8..]), now);
            Restart(now);
            _hasReconnected = true;
            return true;
        }

        TakeAnswer(datagram);
        return true;
    }

    private static IPEndPoint Unmapped(IPEndPoint endpoint)
        => endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;

    private void Restart(MonoTime now)
    {
        _awaited = UdpAction.None;
        _transmissions = 0;
        Deadline = now;
    }

    private void TakeError(ReadOnlySpan<byte> message, MonoTime now)
    {
        if (_awaited == UdpAction.Announce && !_hasReconnected)
        {
            // The id was an older one, and trackers forget them when they restart: once with a new one.
            _connections.Forget(_tracker);
            _hasReconnected = true;
            Restart(now);
            return;
        }

        Answer = new AnnounceAnswer { Failure = CleanText.Read(message, TrackerLimits.MaxText) ?? "no reason given" };
        Deadline = MonoTime.Never;
    }

    private void TakeAnswer(ReadOnlySpan<byte> datagram)
    {
        var peers = new List<TrackerPeer>();

        // A list that is cut off is what a datagram that was too long looks like: what came whole is good.
        CompactPeers.TryRead(datagram[AnswerHeaderLength..], _tracker.AddressFamily == AddressFamily.InterNetworkV6 ? 18 : 6, peers);
        Answer = new AnnounceAnswer
        {
            Interval = TrackerTime.Interval(BinaryPrimitives.ReadInt32BigEndian(datagram[8..])) ?? TrackerLimits.DefaultInterval,
            Incomplete = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(datagram[12..])),
            Complete = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(datagram[16..])),
            Peers = peers,
        };
        Deadline = MonoTime.Never;
    }

    private int WriteConnect(Span<byte> datagram)
    {
        BinaryPrimitives.WriteInt64BigEndian(datagram, ProtocolId);
        BinaryPrimitives.WriteInt32BigEndian(datagram[8..], (int)UdpAction.Connect);
        BinaryPrimitives.WriteInt32BigEndian(datagram[12..], _transaction);
        return ConnectLength;
    }

    private int WriteAnnounce(Span<byte> datagram, long connection)
    {
        datagram[..AnnounceLength].Clear();
        BinaryPrimitives.WriteInt64BigEndian(datagram, connection);
        BinaryPrimitives.WriteInt32BigEndian(datagram[8..], (int)UdpAction.Announce);
        BinaryPrimitives.WriteInt32BigEndian(datagram[12..], _transaction);
        _request.Swarm.Value.Bytes.CopyTo(datagram[16..]);
        _request.Self.Value.Bytes.CopyTo(datagram[36..]);
        BinaryPrimitives.WriteInt64BigEndian(datagram[56..], _request.Downloaded);
        BinaryPrimitives.WriteInt64BigEndian(datagram[64..], _request.Left);
        BinaryPrimitives.WriteInt64BigEndian(datagram[72..], _request.Uploaded);
        BinaryPrimitives.WriteInt32BigEndian(datagram[80..], (int)(_request.Event == AnnounceEvent.Paused ? AnnounceEvent.None : _request.Event));

        // Our address stays 0: the tracker takes the packet's source.
        BinaryPrimitives.WriteUInt32BigEndian(datagram[88..], _request.Key);
        BinaryPrimitives.WriteInt32BigEndian(datagram[92..], _request.Event == AnnounceEvent.Stopped ? 0 : _request.PeersWanted);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[96..], (ushort)_request.Port);
        return _pathAndQuery.Length == 0 ? AnnounceLength : AnnounceLength + WriteUrl(datagram[AnnounceLength..]);
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

    /// <summary>The actions of BEP 15.</summary>
    private enum UdpAction
    {
        None = -1,
        Connect = 0,
        Announce = 1,
        Error = 3,
    }
}
