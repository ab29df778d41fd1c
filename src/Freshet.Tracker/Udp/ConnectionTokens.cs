using System.Buffers.Binary;
using System.Security.Cryptography;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Udp;

/// <summary>
/// Connection ids without a memory (BEP 15): a keyed hash of the client's address and the minute, so that an id proves that its holder receives at that address. The
/// key is another each minute, derived from a secret; an id is good in the minute in which it was given and in the next.
/// </summary>
/// <param name="secret">Unknown to others; all threads of a tracker share it.</param>
internal sealed class ConnectionTokens(byte[] secret)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private long _window = -1;
    private SipHash _current;
    private SipHash _previous;

    /// <summary>The id for a client.</summary>
    public long Create(PeerAddress client, MonoTime now)
    {
        Turn(now);
        return Compute(_current, client);
    }

    /// <summary>Whether a client was given this id, at most two minutes ago.</summary>
    public bool IsValid(long id, PeerAddress client, MonoTime now)
    {
        Turn(now);
        return id == Compute(_current, client) || id == Compute(_previous, client);
    }

    // The port is left out: behind some NATs it changes from one packet to the next.
    private static long Compute(SipHash hash, PeerAddress client)
    {
        Span<byte> address = stackalloc byte[16];
        return (long)hash.Hash(address[..client.Write(address)]);
    }

    private void Turn(MonoTime now)
    {
        long window = now.Nanoseconds / (Window.Ticks * 100);
        if (window == _window)
            return;
        _window = window;
        _current = KeyOf(window);
        _previous = KeyOf(window - 1);
    }

    private SipHash KeyOf(long window)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, window);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, number, digest);
        return new SipHash(digest);
    }
}
