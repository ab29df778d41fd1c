using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Encryption;

namespace Freshet.Protocol.Wire;

/// <summary>
/// One connection to a peer, from its first byte on: both handshakes, framing, bounds, outstanding requests and what waits to be sent.
/// It touches no socket and no clock; a pump (or the simulator's network) drives it, from one thread:
/// <list type="number">
/// <item>Make it when the transport is connected (<see cref="Outgoing"/>) or was accepted (<see cref="Incoming"/>).</item>
/// <item>While <see cref="WantsInput"/>, read the socket, at most <see cref="MayRead"/>, and hand the bytes to <see cref="Feed"/>. Otherwise leave them in
/// the socket, and remember that it is readable. After a turn of reading, also where nothing could be read, call <see cref="EndTurn"/>.</item>
/// <item>While <see cref="IsStarved"/>, call <see cref="Resume"/> when blocks have come back to the pool.</item>
/// <item>Hand the engine's commands to <see cref="Apply"/>; but <see cref="PeerCommandKind.Connect"/> is the pump's own.</item>
/// <item>While the socket takes bytes and <see cref="HasOutput"/>: <see cref="Lay"/>, send <see cref="BeginSend"/> and report to <see cref="EndSend"/>; once
/// an iteration <see cref="ReportSent"/>.</item>
/// <item>At <see cref="Deadline"/>, call <see cref="Advance"/>.</item>
/// <item>After each of these look at <see cref="Ending"/>: where it is not None, send once what waits and call <see cref="Close"/>.</item>
/// </list>
/// A link holds no buffer while nothing is halfway in or waiting to go out.
/// </summary>
public sealed class PeerLink
{
    private readonly MonoTime _handshakeDeadline;

    // Mutable structs: not readonly.
    private LinkDialogue _dialogue;
    private LinkCover _cover;
    private LinkClock _clock;
    private bool _isClosed;

    // What came and could not be taken yet; rented, and only while IsStarved or an incoming handshake waits.
    private RentedBytes _kept;

    // Null while nothing limits what is read.
    private ReadCredit? _credit;

    private PeerLink(
        ConnectionId id, IPEndPoint remote, ConnectionSetup? dialled, BlockPool pool, ICachedReader? reader, MseKit? kit, MonoTime now, PeerTransport transport)
    {
        _dialogue = new LinkDialogue(id, new HandshakeReader(id, remote, dialled) { Transport = transport }, pool, reader);
        Transport = transport;
        _cover = new LinkCover(kit);
        Remote = remote;
        _handshakeDeadline = now + WireLimits.Handshake;
        _clock = new LinkClock(now);
    }

    /// <summary>Which connection this is; each event carries it.</summary>
    public ConnectionId Id => _dialogue.Id;

    /// <summary>Where the peer is.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>What carries the connection.</summary>
    public PeerTransport Transport { get; }

    /// <summary>Whether both handshakes are through.</summary>
    public bool IsReady => _dialogue.Opening is null && !_isClosed;

    /// <summary>Whether the connection began with message stream encryption.</summary>
    public bool IsEncrypted => _cover.IsOn;

    /// <summary>
    /// Whether to read the socket. False while the link is starved, while an incoming link waits for the engine's answer, while more than
    /// <see cref="WireLimits.SendHighWater"/> bytes wait to be sent, while it has no credit to read, and when it is ending.
    /// </summary>
    public bool WantsInput => _credit is not { Left: 0 } && HasRoom;

    /// <summary>Whether the link would read if it had credit, and has not asked for it: a turn of reading does that.</summary>
    public bool WantsCredit => _credit is { Left: 0, HasAsked: false } && HasRoom;

    /// <summary>How many bytes may be read from the socket now.</summary>
    public int MayRead => _credit?.Left ?? int.MaxValue;

    /// <summary>How many blocks were asked for and are still to come.</summary>
    public int RequestsOut => _dialogue.RequestsOut;

    /// <summary>Whether a block that was asked for is on the wire and the pool had no place for it: call <see cref="Resume"/> later.</summary>
    public bool IsStarved => _dialogue.IsStarved;

    /// <summary>Whether something is to be sent: bytes that wait, or blocks that <see cref="Lay"/> adds to them.</summary>
    public bool HasOutput => OutputLength > 0 || _dialogue.CanLay;

    /// <summary>How many bytes wait to be sent.</summary>
    public int OutputLength => _dialogue.Encoder.Output.Length;

    /// <summary>The link has found, or was told, that it must end, and why; None while it goes on. The first reason stays.</summary>
    public DisconnectReason Ending { get; private set; }

    /// <summary>
    /// When <see cref="Advance"/> wants to be called, at the latest: the handshake's end, the peer's silence, its not reading, our keep-alive.
    /// </summary>
    public MonoTime Deadline => Ending != DisconnectReason.None ? MonoTime.Never
        : IsReady ? MonoTime.Min(_clock.GiveUpAt(IsCongested), _clock.KeepAliveDue)
        : _handshakeDeadline;

    private bool IsCongested => OutputLength > WireLimits.SendHighWater;

    private bool HasRoom
        => Ending == DisconnectReason.None && _kept.Length == 0 && !IsStarved && !_dialogue.AwaitsAnswer && !_cover.AwaitsName && !IsCongested;

    /// <summary>Starts a link on a connection that we opened; its handshake waits to be sent.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="setup">Of the Connect command.</param>
    /// <param name="pool">Where blocks are put; may be shared by many links and threads.</param>
    /// <param name="now">When the connection was there: the handshake's ten seconds run from here.</param>
    /// <param name="reader">What blocks to be served are read with; without one each is reported as unread.</param>
    /// <param name="kit">What is needed to encrypt, where the setup asks for it.</param>
    /// <param name="transport">Over what it was opened.</param>
    public static PeerLink Outgoing(
        ConnectionId id, ConnectionSetup setup, BlockPool pool, MonoTime now, ICachedReader? reader = null, MseKit? kit = null, PeerTransport transport = PeerTransport.Tcp)
    {
        var link = new PeerLink(id, setup.Endpoint, setup, pool, reader, kit, now, transport);
        link._clock.Silence = setup.Silence ?? WireLimits.Silence;
        WireEncoder encoder = link._dialogue.Encoder;
        if (!link._cover.Dial(setup, encoder.Output))
            encoder.Handshake(setup);
        return link;
    }

    /// <summary>Starts a link on a connection that was accepted; posts Incoming when the peer has named its torrent.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="pool">Where blocks are put.</param>
    /// <param name="now">When it was accepted: the handshake's ten seconds run from here.</param>
    /// <param name="reader">What blocks to be served are read with; without one each is reported as unread.</param>
    /// <param name="kit">What is needed to understand a peer that encrypts; without it such a peer is let go.</param>
    /// <param name="transport">Over what it came.</param>
    public static PeerLink Incoming(
        ConnectionId id, IPEndPoint remote, BlockPool pool, MonoTime now, ICachedReader? reader = null, MseKit? kit = null, PeerTransport transport = PeerTransport.Tcp)
        => new(id, remote, dialled: null, pool, reader, kit, now, transport);

    /// <summary>
    /// Takes what the socket gave, all of it, and posts what it says. Where the link must stop in the middle (<see cref="IsStarved"/>, or an
    /// incoming handshake that waits for its answer) it keeps the rest itself, which is why a pump then reads no more. A pump that finds
    /// <see cref="BlockPool.FreeBlocks"/> low should read less at a time, so that little has to be kept.
    /// </summary>
    /// <param name="bytes">What came; decrypted in place where the connection is encrypted.</param>
    /// <param name="sink">Takes the events.</param>
    /// <param name="now">The time.</param>
    public void Feed(Span<byte> bytes, IPeerEventSink sink, MonoTime now)
    {
        if (Ending != DisconnectReason.None || bytes.IsEmpty)
            return;
        _clock.Heard(now);
        _credit?.Use(bytes.Length);
        OpenAndTake(bytes, sink, now);
    }

    private void OpenAndTake(Span<byte> covered, IPeerEventSink sink, MonoTime now)
    {
        ReadOnlySpan<byte> bytes = _cover.Open(covered, _dialogue.Opening, _dialogue.Encoder.Output, sink);
        if (_cover.Fault != DisconnectReason.None)
            End(_cover.Fault);
        if (_kept.Length > 0)
        {
            _kept.Append(bytes);
            Resume(sink, now);
            return;
        }

        int taken = Take(bytes, sink);
        if (taken < bytes.Length && Ending == DisconnectReason.None)
            _kept.Append(bytes[taken..]);
    }

    /// <summary>A turn of reading is over: where reading is limited, says whether there is more to read or credit left.</summary>
    /// <param name="hasMore">Whether the socket may still have bytes.</param>
    /// <param name="sink">Takes the event.</param>
    public void EndTurn(bool hasMore, IPeerEventSink sink) => _credit?.EndTurn(hasMore && HasRoom, sink);

    /// <summary>Goes on with what was kept; does nothing where nothing was.</summary>
    public void Resume(IPeerEventSink sink, MonoTime now)
    {
        if (_kept.Length == 0 || Ending != DisconnectReason.None)
            return;
        _clock.Heard(now);
        _kept.Skip(Take(_kept.Bytes, sink));
        if (Ending != DisconnectReason.None)
            _kept.Release();
    }

    /// <summary>
    /// Does what the engine says: queues the message to be sent, remembers or forgets a request, answers an incoming handshake. Returns the
    /// lease of a SendBlock to the pool once it is copied, and also when the link is ending. Close only sets <see cref="Ending"/>.
    /// </summary>
    /// <param name="command">Any kind but Connect.</param>
    /// <param name="sink">Accept may post what the peer sent in the meantime; Choke and Withdraw what will not be sent.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">A message was to be sent before the link is ready, or Connect was passed.</exception>
    public void Apply(in PeerCommand command, IPeerEventSink sink, MonoTime now)
    {
        if (Ending != DisconnectReason.None)
        {
            _dialogue.Drop(command);
            return;
        }

        switch (command.Kind)
        {
            case PeerCommandKind.Close:
                End(command.Reason);
                break;
            case PeerCommandKind.ReadCredit:
                _credit ??= new ReadCredit(Id);
                _credit.Add(command.Value);
                break;
            case PeerCommandKind.ReadFreely:
                _credit = null;
                break;
            case PeerCommandKind.Unmask when _cover.AwaitsName:
                RentedBytes held = _cover.Unmask((Unmasking)command.Payload!);
                OpenAndTake(held.Bytes, sink, now);
                held.Release();
                break;
            case PeerCommandKind.Accept when _dialogue.AwaitsAnswer:
                var setup = (ConnectionSetup)command.Payload!;
                _clock.Silence = setup.Silence ?? WireLimits.Silence;
                _dialogue.Accept(setup);
                Resume(sink, now);
                break;
            case PeerCommandKind.Layout when IsReady:
                _dialogue.BeginPieces((PieceLayout)command.Payload!, sink);
                EndOnFault();
                break;
            default:
                _dialogue.Write(command, sink);
                // The block that had no place may be the one that was just withdrawn.
                if (IsStarved && command.Kind is PeerCommandKind.Cancel or PeerCommandKind.Forget)
                    Resume(sink, now);
                break;
        }
    }

    /// <summary>
    /// Puts blocks that are to be served behind what waits to be sent. Call it when the socket takes bytes, before each <see cref="BeginSend"/>.
    /// </summary>
    /// <param name="sink">Gets what cannot be read without waiting.</param>
    /// <param name="upTo">How many bytes may wait then; at most <see cref="WireLimits.SendBatch"/>, and at least a block with its header.</param>
    /// <returns>Whether bytes wait to be sent.</returns>
    public bool Lay(IPeerEventSink sink, int upTo = WireLimits.SendBatch)
    {
        if (Ending == DisconnectReason.None)
            _dialogue.Lay(upTo, sink);
        return OutputLength > 0;
    }

    /// <summary>
    /// The bytes that wait to be sent. They stay where they are until <see cref="EndSend"/>, whatever is queued in between, so that an
    /// asynchronous send may use them.
    /// </summary>
    public ReadOnlyMemory<byte> BeginSend()
    {
        _cover.Seal();
        return _dialogue.Encoder.Output.BeginSend();
    }

    /// <summary>Reports how many of the bytes of <see cref="BeginSend"/> the socket took, also where it took none.</summary>
    public void EndSend(int count, MonoTime now)
    {
        bool wasCongested = IsCongested;
        _dialogue.Encoder.EndSend(count);
        _cover.Sent(count);
        _clock.Sent(count, OutputLength, wasCongested, now);
    }

    /// <summary>Posts Sent with the payload bytes of all blocks that are wholly handed to the socket since the last time, if any.</summary>
    public void ReportSent(IPeerEventSink sink)
    {
        if (_dialogue.Encoder.PayloadSent > 0)
        {
            (int payload, int blocks) = _dialogue.Encoder.TakeSent();
            sink.Post(new PeerEvent(PeerEventKind.Sent, Id) { Value = payload, Blocks = blocks });
        }
    }

    /// <summary>Does what is due: ends a slow handshake or a silent peer, queues a keep-alive.</summary>
    public void Advance(MonoTime now)
    {
        if (Ending != DisconnectReason.None)
            return;
        if (!IsReady)
        {
            if (now >= _handshakeDeadline)
                End(DisconnectReason.HandshakeTimeout);
            return;
        }

        // A silence of our own making is not the peer's: we do not read while we have no room.
        if (IsStarved || _credit is { HasAsked: true })
            _clock.Heard(now);
        if (now >= _clock.GiveUpAt(IsCongested))
            End(DisconnectReason.PeerTimeout);
        else if (now >= _clock.KeepAliveDue)
            QueueKeepAlive(now);
    }

    /// <summary>
    /// Ends the link: posts what was sent, what credit is left and Closed (once), returns its leases and buffers. Not between <see cref="BeginSend"/> and
    /// <see cref="EndSend"/>.
    /// </summary>
    /// <param name="reason">Why, where <see cref="Ending"/> does not say so already.</param>
    /// <param name="sink">Takes the last events.</param>
    public void Close(DisconnectReason reason, IPeerEventSink sink)
    {
        if (_isClosed)
            return;
        End(reason);
        ReportSent(sink);
        _credit?.Close(sink);
        _isClosed = true;
        _dialogue.Release();
        _cover.Release();
        _kept.Release();
        sink.Post(new PeerEvent(PeerEventKind.Closed, Id) { Reason = Ending, Transport = Transport });
    }

    private void End(DisconnectReason reason)
    {
        if (Ending == DisconnectReason.None)
            Ending = reason == DisconnectReason.None ? DisconnectReason.ClosedByPeer : reason;
    }

    private void EndOnFault()
    {
        if (_dialogue.Fault != DisconnectReason.None)
            End(_dialogue.Fault);
    }

    private int Take(ReadOnlySpan<byte> bytes, IPeerEventSink sink)
    {
        int taken = Ending == DisconnectReason.None ? _dialogue.Take(bytes, sink) : 0;
        EndOnFault();
        return taken;
    }

    private void QueueKeepAlive(MonoTime now)
    {
        // While something waits that the peer does not take, a keep-alive behind it would only pile up.
        if (!HasOutput)
            _dialogue.Encoder.KeepAlive();
        _clock.PutOffKeepAlive(now);
    }
}
