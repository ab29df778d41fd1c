using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Trackers;

/// <summary>
/// One question to one address of a UDP tracker (BEP 15): connects where no connection id is at hand, asks, sends again when nothing comes. What is asked is the
/// business of <see cref="UdpAnnounce"/> and <see cref="UdpScrape"/>. The caller moves datagrams and time: call <see cref="Poll"/> at the start, after
/// each <see cref="Handle"/> that returned true and at <see cref="Deadline"/>, and send what it gives.
/// </summary>
public abstract class UdpTrackerExchange
{
    /// <summary>Room that <see cref="Poll"/> needs: a scrape of the most torrents, which is longer than an announce with the longest URL in its options.</summary>
    public const int MaxDatagram = UdpScrape.MaxLength;

    /// <summary>
    /// How often a packet is sent before the tracker counts as dead: after 15, 30, 60 and 120 s. BEP 15 goes on to 3,840 s; a torrent has
    /// other trackers, and the announcer's own back-off comes back to this one.
    /// </summary>
    public const int MaxTransmissions = 4;

    private const long ProtocolId = 0x41727101980;
    private const int ConnectLength = 16;

    /// <summary>Connection id, action and transaction id, before every question.</summary>
    private protected const int HeadLength = 16;

    /// <summary>Action and transaction id, before every answer.</summary>
    private protected const int AnswerHeadLength = 8;

    private static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(15);

    private readonly IPEndPoint _tracker;
    private readonly UdpConnectionIds _connections;
    private readonly UdpTransactionIds _transactions;
    private int _transaction;
    private UdpAction _awaited = UdpAction.None;
    private int _transmissions;
    private bool _hasReconnected;

    private protected UdpTrackerExchange(IPEndPoint tracker, UdpConnectionIds connections, UdpTransactionIds transactions)
    {
        _tracker = Unmapped(tracker);
        _connections = connections;
        _transactions = transactions;
    }

    /// <summary>Where the datagrams of <see cref="Poll"/> go.</summary>
    public IPEndPoint Tracker => _tracker;

    /// <summary>Whether the tracker has answered; an error packet is an answer.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Whether the tracker has given or is giving a connection id, so that the question itself is under way.</summary>
    public bool IsConnected => _awaited == Action || IsAnswered;

    /// <summary>Packets sent in all.</summary>
    public int PacketsSent { get; private set; }

    /// <summary>Whether the tracker did not answer however often it was asked.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>Whether there is an answer, or none will come.</summary>
    public bool IsOver => IsAnswered || HasTimedOut;

    /// <summary>When <see cref="Poll"/> has something to do; the start of time before its first call.</summary>
    public MonoTime Deadline { get; private set; }

    private protected abstract UdpAction Action { get; }

    /// <summary>The shortest answer; what is shorter is as if it had not come.</summary>
    private protected abstract int LeastAnswer { get; }

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
        PacketsSent++;
        UdpAction action = isConnected ? Action : UdpAction.Connect;
        if (action != _awaited)
        {
            // A packet that is sent again keeps its id, so that the answer to either is taken.
            _awaited = action;
            _transaction = _transactions.Next();
        }

        if (!isConnected)
            return WriteConnect(datagram);
        BinaryPrimitives.WriteInt64BigEndian(datagram, connection);
        BinaryPrimitives.WriteInt32BigEndian(datagram[8..], (int)action);
        BinaryPrimitives.WriteInt32BigEndian(datagram[12..], _transaction);
        return HeadLength + WriteQuestion(datagram[HeadLength..]);
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

        if (action != _awaited || datagram.Length < (action == UdpAction.Connect ? ConnectLength : LeastAnswer))
            return false;
        if (action == UdpAction.Connect)
        {
            _connections.Keep(_tracker, BinaryPrimitives.ReadInt64BigEndian(datagram[8..]), now);
            Restart(now);
            _hasReconnected = true;
            return true;
        }

        TakeAnswer(datagram[AnswerHeadLength..]);
        Deadline = MonoTime.Never;
        return true;
    }

    /// <summary>Writes what follows the head.</summary>
    /// <returns>Its length.</returns>
    private protected abstract int WriteQuestion(Span<byte> question);

    /// <summary>Reads what follows the head, at least <see cref="LeastAnswer"/> bytes with it.</summary>
    private protected abstract void TakeAnswer(ReadOnlySpan<byte> answer);

    /// <summary>The tracker refuses; the text is harmless.</summary>
    private protected abstract void TakeRefusal(string why);

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
        if (_awaited == Action && !_hasReconnected)
        {
            // The id was an older one, and trackers forget them when they restart: once with a new one.
            _connections.Forget(_tracker);
            _hasReconnected = true;
            Restart(now);
            return;
        }

        TakeRefusal(CleanText.Read(message, TrackerLimits.MaxText) ?? "no reason given");
        Deadline = MonoTime.Never;
    }

    private int WriteConnect(Span<byte> datagram)
    {
        BinaryPrimitives.WriteInt64BigEndian(datagram, ProtocolId);
        BinaryPrimitives.WriteInt32BigEndian(datagram[8..], (int)UdpAction.Connect);
        BinaryPrimitives.WriteInt32BigEndian(datagram[12..], _transaction);
        return ConnectLength;
    }

    /// <summary>The actions of BEP 15.</summary>
    private protected enum UdpAction
    {
        None = -1,
        Connect = 0,
        Announce = 1,
        Scrape = 2,
        Error = 3,
    }
}
