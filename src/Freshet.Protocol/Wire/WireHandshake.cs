using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The handshake of BEP 3: a length byte and the protocol's name, eight reserved bytes, the info-hash, the peer id. The first 48 bytes say
/// which torrent is meant; the peer id may come later.
/// </summary>
internal static class WireHandshake
{
    /// <summary>All bytes.</summary>
    public const int Length = 68;

    /// <summary>The bytes up to the peer id.</summary>
    public const int PrologueLength = 48;

    private const int ReservedStart = 20;
    private const int SwarmStart = 28;
    private const byte ExtensionBit = 0x10;
    private const byte FastBit = 0x04;
    private const byte DhtBit = 0x01;
    private const byte V2Bit = 0x10;

    private static ReadOnlySpan<byte> Protocol => "\u0013BitTorrent protocol"u8;

    /// <summary>Writes ours: BEP 6 and BEP 10 are offered always, BEP 5 where we have a node, BEP 52 where the connection may be taken over to the torrent's v2 swarm.</summary>
    /// <param name="target">At least <see cref="Length"/> bytes.</param>
    /// <param name="setup">The connection's.</param>
    public static void Write(Span<byte> target, ConnectionSetup setup)
    {
        bool offersV2 = setup.V2Swarm is { } v2 && v2 != setup.Swarm;
        target[..Length].Clear();
        Protocol.CopyTo(target);
        target[ReservedStart + 5] = ExtensionBit;
        target[ReservedStart + 7] = (byte)(FastBit | (offersV2 ? V2Bit : 0) | (setup.OffersDht ? DhtBit : 0));
        setup.Swarm.Value.Bytes.CopyTo(target[SwarmStart..]);
        setup.Self.Value.Bytes.CopyTo(target[PrologueLength..]);
    }

    /// <summary>Whether the first bytes can still become a handshake; looked at with every read, so that other protocols are dropped at once.</summary>
    public static bool CanStart(ReadOnlySpan<byte> received) => CanGoOn(0, received);

    /// <summary>Whether the first bytes are those of a handshake, all that say so.</summary>
    public static bool HasStarted(ReadOnlySpan<byte> received) => received.StartsWith(Protocol);

    /// <summary>Whether a handshake of which so many bytes are there can go on with these.</summary>
    public static bool CanGoOn(int there, ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, Math.Max(0, Protocol.Length - there));
        return bytes[..length].SequenceEqual(Protocol.Slice(Math.Min(there, Protocol.Length), length));
    }

    /// <summary>The info-hash of at least <see cref="PrologueLength"/> bytes.</summary>
    public static InfoHash SwarmOf(ReadOnlySpan<byte> prologue) => new(new Sha1Hash(prologue.Slice(SwarmStart, Sha1Hash.Length)));

    /// <summary>The peer id of at least <see cref="Length"/> bytes.</summary>
    public static PeerId PeerOf(ReadOnlySpan<byte> handshake) => new(new Sha1Hash(handshake.Slice(PrologueLength, Sha1Hash.Length)));

    /// <summary>BEP 10's bit.</summary>
    public static bool HasExtensions(ReadOnlySpan<byte> prologue) => (prologue[ReservedStart + 5] & ExtensionBit) != 0;

    /// <summary>BEP 6's bit.</summary>
    public static bool HasFast(ReadOnlySpan<byte> prologue) => (prologue[ReservedStart + 7] & FastBit) != 0;

    /// <summary>BEP 5's bit.</summary>
    public static bool HasDht(ReadOnlySpan<byte> prologue) => (prologue[ReservedStart + 7] & DhtBit) != 0;

    /// <summary>BEP 52's bit.</summary>
    public static bool HasV2(ReadOnlySpan<byte> prologue) => (prologue[ReservedStart + 7] & V2Bit) != 0;
}
