using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// One connection to a peer, from its first byte on: both handshakes, framing, bounds, outstanding requests and what waits to be sent.
/// It touches no socket and no clock; a pump (or the simulator's network) drives it, from one thread:
/// <list type="number">
/// <item>Make it when the transport is connected (<see cref="Outgoing"/>) or was accepted (<see cref="Incoming"/>).</item>
/// <item>While <see cref="WantsInput"/>, read the socket and hand the bytes to <see cref="Feed"/>. Otherwise leave them in the socket, and
/// remember that it is readable.</item>
/// <item>While <see cref="IsStarved"/>, call <see cref="Resume"/> when blocks have come back to the pool.</item>
/// <item>Hand the engine's commands to <see cref="Apply"/>; but <see cref="PeerCommandKind.Connect"/> is the pump's own.</item>
/// <item>While <see cref="HasOutput"/>, send <see cref="BeginSend"/> and report to <see cref="EndSend"/>; once an iteration
/// <see cref="ReportSent"/>.</item>
/// <item>At <see cref="Deadline"/>, call <see cref="Advance"/>.</item>
/// <item>After each of these look at <see cref="Ending"/>: where it is not None, send once what waits and call <see cref="Close"/>.</item>
/// </list>
/// A link holds no buffer while nothing is halfway in or waiting to go out.
/// </summary>
public sealed class PeerLink
{
    private PeerLink(ConnectionId id, IPEndPoint remote)
    {
        Id = id;
        Remote = remote;
    }

    /// <summary>Which connection this is; each event carries it.</summary>
    public ConnectionId Id { get; }

    /// <summary>Where the peer is.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Whether both handshakes are through.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Both sides know BEP 6; meant only when <see cref="IsReady"/>.</summary>
    public bool HasFast { get; private set; }

    /// <summary>Both sides know BEP 10; meant only when <see cref="IsReady"/>.</summary>
    public bool HasExtensions { get; private set; }

    /// <summary>
    /// Whether to read the socket. False while the link is starved, while an incoming link waits for the engine's answer, while more than
    /// <see cref="WireLimits.SendHighWater"/> bytes wait to be sent, and when it is ending.
    /// </summary>
    public bool WantsInput => throw new NotSupportedException();

    /// <summary>Whether a block that was asked for is on the wire and the pool had no place for it: call <see cref="Resume"/> later.</summary>
    public bool IsStarved { get; private set; }

    /// <summary>Whether bytes wait to be sent.</summary>
    public bool HasOutput => OutputLength > 0;

    /// <summary>How many bytes wait to be sent.</summary>
    public int OutputLength => throw new NotSupportedException();

    /// <summary>The link has found, or was told, that it must end, and why; None while it goes on. The first reason stays.</summary>
    public DisconnectReason Ending { get; private set; }

    /// <summary>When <see cref="Advance"/> wants to be called, at the latest: the handshake's end, the peer's silence, our keep-alive.</summary>
    public MonoTime Deadline => throw new NotSupportedException();

    /// <summary>Starts a link on a connection that we opened; its handshake waits to be sent.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="setup">Of the Connect command.</param>
    /// <param name="pool">Where blocks are put; may be shared by many links and threads.</param>
    /// <param name="now">When the connection was there: the handshake's ten seconds run from here.</param>
    public static PeerLink Outgoing(ConnectionId id, ConnectionSetup setup, BlockPool pool, MonoTime now)
        => pool is not null && now > MonoTime.Zero ? new(id, setup.Endpoint) : throw new NotSupportedException();

    /// <summary>Starts a link on a connection that was accepted; posts Incoming when the peer has named its torrent.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="pool">Where blocks are put.</param>
    /// <param name="now">When it was accepted: the handshake's ten seconds run from here.</param>
    public static PeerLink Incoming(ConnectionId id, IPEndPoint remote, BlockPool pool, MonoTime now) => throw new NotSupportedException();

    /// <summary>
    /// Takes what the socket gave, all of it, and posts what it says. Where the link must stop in the middle (<see cref="IsStarved"/>, or an
    /// incoming handshake that waits for its answer) it keeps the rest itself, which is why a pump then reads no more. A pump that finds
    /// <see cref="BlockPool.FreeBlocks"/> low should read less at a time, so that little has to be kept.
    /// </summary>
    public void Feed(ReadOnlySpan<byte> bytes, IPeerEventSink sink, MonoTime now) => throw new NotSupportedException();

    /// <summary>Goes on with what was kept; does nothing where nothing was.</summary>
    public void Resume(IPeerEventSink sink, MonoTime now) => throw new NotSupportedException();

    /// <summary>
    /// Does what the engine says: queues the message to be sent, remembers or forgets a request, answers an incoming handshake. Returns the
    /// lease of a SendBlock to the pool once it is copied, and also when the link is ending. Close only sets <see cref="Ending"/>.
    /// </summary>
    /// <param name="command">Any kind but Connect.</param>
    /// <param name="sink">Accept may post what the peer sent in the meantime.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">A message was to be sent before the link is ready, or Connect was passed.</exception>
    public void Apply(in PeerCommand command, IPeerEventSink sink, MonoTime now) => throw new NotSupportedException();

    /// <summary>
    /// The bytes that wait to be sent. They stay where they are until <see cref="EndSend"/>, whatever is queued in between, so that an
    /// asynchronous send may use them.
    /// </summary>
    public ReadOnlyMemory<byte> BeginSend() => throw new NotSupportedException();

    /// <summary>Reports how many of the bytes of <see cref="BeginSend"/> the socket took, also where it took none.</summary>
    public void EndSend(int count, MonoTime now) => throw new NotSupportedException();

    /// <summary>Posts Sent with the payload bytes of all blocks that are wholly handed to the socket since the last time, if any.</summary>
    public void ReportSent(IPeerEventSink sink) => throw new NotSupportedException();

    /// <summary>Does what is due: ends a slow handshake or a silent peer, queues a keep-alive.</summary>
    public void Advance(MonoTime now) => throw new NotSupportedException();

    /// <summary>
    /// Ends the link: posts what was sent and Closed (once), returns its leases and buffers. Not between <see cref="BeginSend"/> and
    /// <see cref="EndSend"/>.
    /// </summary>
    /// <param name="reason">Why, where <see cref="Ending"/> does not say so already.</param>
    /// <param name="sink">Takes the last events.</param>
    public void Close(DisconnectReason reason, IPeerEventSink sink) => throw new NotSupportedException();
}
