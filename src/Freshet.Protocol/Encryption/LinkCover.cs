using Freshet.Abstractions;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Encryption;

/// <summary>
/// A link's message stream encryption, where it has any: begins it on a connection that we opened, notices it on one that was accepted, and has the engine asked which torrent a
/// peer means. A field, never a copy.
/// </summary>
/// <param name="kit">What is needed to encrypt; without it the link is plain.</param>
internal struct LinkCover(MseKit? kit)
{
    // Null where the connection is not encrypted.
    private LinkCipher? _cipher;

    /// <summary>Whether the connection began with message stream encryption.</summary>
    public readonly bool IsOn => _cipher is not null;

    /// <summary>Whether the engine has to say which torrent the peer means (<see cref="Unmask"/>); nothing is read meanwhile.</summary>
    public readonly bool AwaitsName => _cipher is { AwaitedName: not null };

    /// <summary>Why the connection cannot go on.</summary>
    public readonly DisconnectReason Fault => _cipher?.Fault ?? DisconnectReason.None;

    /// <summary>Begins on a connection that we opened, where its setup asks for it.</summary>
    /// <returns>Whether it does: then our handshake goes out with it.</returns>
    public bool Dial(ConnectionSetup setup, SendBuffer output)
    {
        if (setup.Encryption == MsePayload.None || kit is null)
            return false;
        Span<byte> handshake = stackalloc byte[WireHandshake.Length];
        WireHandshake.Write(handshake, setup);
        _cipher = LinkCipher.Dialling(kit, setup, handshake, output);
        return true;
    }

    /// <summary>Takes what came; decrypts it in place.</summary>
    /// <param name="bytes">What came.</param>
    /// <param name="opening">The peer's half of the handshakes; null once both are through.</param>
    /// <param name="output">Takes what the negotiation has to say.</param>
    /// <param name="sink">Gets Masked.</param>
    /// <returns>What came through it: all, where the connection is plain.</returns>
    public Span<byte> Open(Span<byte> bytes, HandshakeReader? opening, SendBuffer output, IPeerEventSink sink)
    {
        if (_cipher is null && !Notice(bytes, opening, output))
            return bytes;
        bool wasAwaited = AwaitsName;
        bytes = _cipher!.Open(bytes);
        if (opening is not null)
        {
            opening.Encryption = _cipher.Payload;
            if (_cipher.AwaitedName is { } name && !wasAwaited)
                opening.AskFor(name, sink);
        }

        return bytes;
    }

    /// <summary>Says which torrent the peer means, and how its payload may be written.</summary>
    /// <returns>What came behind the name, to be handed to <see cref="Open"/>; the caller's own.</returns>
    public readonly RentedBytes Unmask(Unmasking unmasking) => _cipher!.Unmask(unmasking);

    /// <summary>Encrypts what waits to be sent and is not yet.</summary>
    public readonly void Seal() => _cipher?.Seal();

    /// <summary>So many bytes were sent.</summary>
    public readonly void Sent(int count) => _cipher?.Sent(count);

    /// <summary>Gives back what was kept.</summary>
    public readonly void Release() => _cipher?.Release();

    /// <summary>Begins where a peer that dialled us does.</summary>
    private bool Notice(ReadOnlySpan<byte> bytes, HandshakeReader? opening, SendBuffer output)
    {
        if (kit is null || opening is null || !opening.IsCovered(bytes))
            return false;

        // What has come so far is less than a key.
        _cipher = LinkCipher.Dialled(kit, output);
        _cipher.Open(opening.GiveBack());
        return true;
    }
}
