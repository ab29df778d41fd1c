using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>The peer's half of the handshakes, until both are through: collects its bytes and checks them as they come. Dropped then.</summary>
/// <param name="id">The connection.</param>
/// <param name="remote">Where the peer is.</param>
/// <param name="dialled">What we dialled with; null where the peer dialled us, and we wait for the torrent that it names.</param>
internal sealed class HandshakeReader(ConnectionId id, IPEndPoint remote, ConnectionSetup? dialled)
{
    private readonly byte[] _bytes = new byte[WireHandshake.Length];
    private readonly bool _isDialled = dialled is not null;
    private int _length;

    /// <summary>What the connection is for; null until an incoming one is accepted.</summary>
    public ConnectionSetup? Setup { get; private set; } = dialled;

    /// <summary>Why nothing more is read.</summary>
    public DisconnectReason Fault { get; private set; }

    /// <summary>Incoming: the first 48 bytes are here, and the engine has to say whether we have this torrent.</summary>
    public bool AwaitsAnswer => Setup is null && _length == WireHandshake.PrologueLength;

    /// <summary>Whether all 68 bytes are here.</summary>
    public bool IsWhole => _length == WireHandshake.Length;

    /// <summary>Both sides know BEP 6.</summary>
    public bool HasFast => WireHandshake.HasFast(Received);

    /// <summary>Both sides know BEP 10.</summary>
    public bool HasExtensions => WireHandshake.HasExtensions(Received);

    /// <summary>The swarm that both speak of: whoever answers has the last word, we where we were dialled, else the peer.</summary>
    public InfoHash Swarm => id.IsIncoming ? Setup!.Swarm : WireHandshake.SwarmOf(Received);

    private ReadOnlySpan<byte> Received => _bytes.AsSpan(0, _length);

    /// <summary>How payload is written, where message stream encryption came first.</summary>
    public MsePayload Encryption { get; set; }

    /// <summary>What carries the connection.</summary>
    public PeerTransport Transport { get; init; }

    /// <summary>Whether a peer that dialled us begins with something else than BitTorrent's handshake: message stream encryption, which looks like noise.</summary>
    public bool IsCovered(ReadOnlySpan<byte> bytes) => !_isDialled && !WireHandshake.CanGoOn(_length, bytes);

    /// <summary>Posts Masked: the engine has to say which torrent a peer means that names it by a hash (<see cref="Encryption.MseHashes.Masked"/>).</summary>
    public void AskFor(Sha1Hash masked, IPeerEventSink sink) => sink.Post(new PeerEvent(PeerEventKind.Masked, id) { Payload = masked });

    /// <summary>Gives back what was taken for the beginning of a handshake.</summary>
    public Span<byte> GiveBack()
    {
        Span<byte> bytes = _bytes.AsSpan(0, _length).ToArray();
        _length = 0;
        return bytes;
    }

    /// <summary>Takes from the front of the bytes what belongs to the handshake; posts Incoming when a peer has named its torrent.</summary>
    /// <returns>How many bytes it took.</returns>
    public int Take(ReadOnlySpan<byte> bytes, IPeerEventSink sink)
    {
        int wanted = Setup is null ? WireHandshake.PrologueLength : WireHandshake.Length;
        int taken = Math.Min(wanted - _length, bytes.Length);
        bytes[..taken].CopyTo(_bytes.AsSpan(_length));
        _length += taken;
        if (!WireHandshake.CanStart(Received))
            Fault = DisconnectReason.BadHandshake;
        else if (_isDialled && _length >= WireHandshake.PrologueLength && !IsOurs(WireHandshake.SwarmOf(Received)))
            Fault = DisconnectReason.UnknownTorrent;
        else if (AwaitsAnswer)
            sink.Post(new PeerEvent(PeerEventKind.Incoming, id) { Payload = Describe(WireHandshake.SwarmOf(Received), default) });
        else if (IsWhole && WireHandshake.PeerOf(Received) == Setup!.Self)
            Fault = DisconnectReason.SelfConnection;
        return taken;
    }

    /// <summary>We have the torrent that the peer named.</summary>
    public void Accept(ConnectionSetup setup) => Setup = setup;

    /// <summary>What the whole handshake says.</summary>
    public PeerHandshake Describe() => Describe(Swarm, WireHandshake.PeerOf(Received));

    /// <summary>Whether a peer that we dialled answers with the hash that we named, or with that of the v2 swarm which we offered (BEP 52).</summary>
    private bool IsOurs(InfoHash answered) => answered == Setup!.Swarm || answered == Setup.V2Swarm;

    private PeerHandshake Describe(InfoHash swarm, PeerId peer) => new(
        remote,
        swarm,
        peer,
        WireHandshake.HasExtensions(Received),
        WireHandshake.HasFast(Received),
        WireHandshake.HasDht(Received),
        WireHandshake.HasV2(Received))
    {
        Encryption = Encryption,
        Transport = Transport,
    };
}
