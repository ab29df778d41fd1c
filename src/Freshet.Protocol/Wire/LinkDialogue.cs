using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>What both sides of a link say, whatever carries it: both handshakes, then messages. A field, never a copy.</summary>
/// <param name="id">The connection.</param>
/// <param name="opening">The peer's half of the handshakes.</param>
/// <param name="pool">Where blocks are put.</param>
/// <param name="reader">What blocks to be served are read with; without one each is reported as unread.</param>
internal struct LinkDialogue(ConnectionId id, HandshakeReader opening, BlockPool pool, ICachedReader? reader)
{
    // Null until both handshakes are through.
    private WireDecoder? _decoder;
    private CommandEncoder? _commands;
    private OutgoingBlocks? _blocks;

    /// <summary>The connection.</summary>
    public readonly ConnectionId Id => id;

    /// <summary>The peer's half of the handshakes; null once both are through.</summary>
    public HandshakeReader? Opening { get; private set; } = opening;

    /// <summary>Our half of all.</summary>
    public WireEncoder Encoder { get; } = new();

    /// <summary>Why nothing more is taken.</summary>
    public readonly DisconnectReason Fault => Opening is { } opening ? opening.Fault : _decoder!.Fault;

    /// <summary>Incoming: the engine has to say whether we have the torrent that the peer named; nothing is taken meanwhile.</summary>
    public readonly bool AwaitsAnswer => Opening is { AwaitsAnswer: true };

    /// <summary>How many blocks were asked for and are still to come.</summary>
    public readonly int RequestsOut => _decoder?.Requests.Count ?? 0;

    /// <summary>Whether a block that was asked for has come and the pool had no place for it.</summary>
    public readonly bool IsStarved => _decoder is { IsStarved: true };

    /// <summary>Whether blocks wait to be laid.</summary>
    public readonly bool CanLay => _blocks is { CanLay: true };

    /// <summary>Takes what came, as far as it can be taken.</summary>
    /// <returns>How many bytes that were.</returns>
    public int Take(ReadOnlySpan<byte> bytes, IPeerEventSink sink)
    {
        int taken = 0;
        while (Opening is { AwaitsAnswer: false } opening && taken < bytes.Length && Fault == DisconnectReason.None)
        {
            taken += opening.Take(bytes[taken..], sink);
            if (opening.IsWhole && opening.Fault == DisconnectReason.None)
                Begin(opening, sink);
        }

        if (Opening is null && taken < bytes.Length && Fault == DisconnectReason.None)
            taken += _decoder!.Feed(bytes[taken..], sink);

        return taken;
    }

    /// <summary>We have the torrent that the peer named.</summary>
    public readonly void Accept(ConnectionSetup setup)
    {
        Opening!.Accept(setup);
        Encoder.Handshake(setup);
    }

    /// <summary>How many pieces there are is known.</summary>
    public void BeginPieces(PieceLayout layout, IPeerEventSink sink)
    {
        _decoder!.Begin(layout, sink);
        Encoder.Padded = _decoder.Padded;
    }

    /// <summary>Queues a command's message.</summary>
    /// <exception cref="InvalidOperationException">The handshakes are not through.</exception>
    public readonly void Write(in PeerCommand command, IPeerEventSink sink)
    {
        if (_commands is null)
            throw new InvalidOperationException($"{command.Kind} on {id}, whose handshake is not through.");
        _commands.Write(command, sink);
    }

    /// <summary>Puts blocks that are to be served behind what waits to be sent.</summary>
    public readonly void Lay(int upTo, IPeerEventSink sink) => _blocks?.Lay(upTo, sink);

    /// <summary>Drops a command that comes too late.</summary>
    public readonly void Drop(in PeerCommand command) => pool.Return(command.Lease);

    /// <summary>Gives back what is held.</summary>
    public readonly void Release()
    {
        _decoder?.Release();
        Encoder.Output.Release();
    }

    /// <summary>Both handshakes are through.</summary>
    private void Begin(HandshakeReader whole, IPeerEventSink sink)
    {
        ConnectionSetup setup = whole.Setup!;
        HashMessages? hashes = whole.Swarm == setup.V2Swarm ? new HashMessages(id) : null;
        _decoder = new WireDecoder(id, pool, whole.HasFast, whole.HasExtensions, hashes);
        _blocks = new OutgoingBlocks(id, Encoder, reader, setup.Torrent, whole.HasFast);
        _commands = new CommandEncoder(Encoder, _decoder, _blocks, pool, whole.HasFast, whole.HasExtensions);
        Opening = null;
        sink.Post(new PeerEvent(PeerEventKind.Ready, id) { Payload = whole.Describe() });
        if (setup.Layout is { } layout)
            BeginPieces(layout, sink);
    }
}
