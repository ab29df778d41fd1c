using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Encryption;

/// <summary>A connection's message stream encryption: negotiates, then decrypts what comes and encrypts what goes out, in place. Links that speak plain have none.</summary>
internal sealed class LinkCipher
{
    private readonly MseNegotiation _negotiation;
    private readonly SendBuffer _output;
    private RentedBytes _held;
    private Rc4? _reads;
    private Rc4? _writes;

    // How many bytes come encrypted though the rest comes plain; negative: all do.
    private int _ahead;

    // Of what waits to be sent so many bytes, from the front, are encrypted.
    private int _sealed;

    private LinkCipher(MseNegotiation negotiation, SendBuffer output)
    {
        _negotiation = negotiation;
        _output = output;
    }

    /// <summary>Why the negotiation has failed.</summary>
    public DisconnectReason Fault => _negotiation.Fault;

    /// <summary>How payload is written; None until both agree.</summary>
    public MsePayload Payload => _negotiation.IsThrough ? _negotiation.Payload : MsePayload.None;

    /// <summary>By which hash a peer that dialled us names its torrent (<see cref="MseHashes.Masked"/>), while <see cref="Unmask"/> is awaited; nothing is read meanwhile.</summary>
    public Sha1Hash? AwaitedName => _negotiation is MseDialled { AwaitsAnswer: true } dialled ? dialled.Masked : null;

    /// <summary>Starts on a connection that we opened; our BitTorrent handshake goes out with it.</summary>
    public static LinkCipher Dialling(MseKit kit, ConnectionSetup setup, ReadOnlySpan<byte> handshake, SendBuffer output)
        => new(new MseDialler(kit.Powers, kit.Entropy, setup.Swarm, setup.Encryption, handshake, output), output);

    /// <summary>Starts on a connection that was accepted.</summary>
    public static LinkCipher Dialled(MseKit kit, SendBuffer output) => new(new MseDialled(kit.Powers, kit.Entropy, output), output);

    /// <summary>Takes what came.</summary>
    /// <returns>What of it is payload, decrypted.</returns>
    public Span<byte> Open(Span<byte> bytes)
    {
        if (!_negotiation.IsThrough)
        {
            bytes = _negotiation.Take(bytes);
            if (AwaitedName is not null)
                _held.Append(bytes);
            if (!_negotiation.IsThrough)
                return [];
            Begin();
        }

        Decrypt(bytes);
        return bytes;
    }

    /// <summary>Says which torrent the peer means, and how its payload may be written.</summary>
    /// <returns>What came behind the name, to be handed to <see cref="Open"/>; the caller's own.</returns>
    public RentedBytes Unmask(Unmasking unmasking)
    {
        ((MseDialled)_negotiation).Unmask(unmasking.Swarm, unmasking.Accepts);
        RentedBytes held = _held;
        _held = default;
        return held;
    }

    /// <summary>Encrypts what waits to be sent and is not yet.</summary>
    public void Seal()
    {
        if (_writes is not { } writes)
            return;
        writes.Apply(_output.Last(_output.Length - _sealed));
        _sealed = _output.Length;
    }

    /// <summary>So many bytes were sent.</summary>
    public void Sent(int count) => _sealed -= Math.Min(count, _sealed);

    /// <summary>Gives back what was kept.</summary>
    public void Release() => _held.Release();

    private void Begin()
    {
        _reads = _negotiation.Reads;
        _writes = _negotiation.Writes;
        _ahead = _negotiation.Payload == MsePayload.Plain ? _negotiation.EncryptedAhead : -1;

        // The negotiation's own words are as they have to be.
        _sealed = _output.Length;
    }

    private void Decrypt(Span<byte> bytes)
    {
        if (_reads is not { } reads)
            return;
        if (_ahead < 0)
        {
            reads.Apply(bytes);
            return;
        }

        int count = Math.Min(_ahead, bytes.Length);
        reads.Apply(bytes[..count]);
        _ahead -= count;
        if (_ahead == 0)
            _reads = null;
    }
}
