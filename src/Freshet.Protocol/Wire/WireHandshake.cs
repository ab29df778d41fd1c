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

    /// <summary>Writes ours: BEP 6 and BEP 10 are offered always.</summary>
    /// <param name="target">At least <see cref="Length"/> bytes.</param>
    /// <param name="swarm">The info-hash to name.</param>
    /// <param name="self">Our peer id.</param>
    /// <param name="offersV2">Whether the connection may be taken over to the torrent's v2 swarm (BEP 52).</param>
    /// <param name="offersDht">Whether we have a node of the DHT (BEP 5).</param>
    public static void Write(Span<byte> target, InfoHash swarm, PeerId self, bool offersV2, bool offersDht)
    {
        target[..Length].Clear();
        Protocol.CopyTo(target);
        target[ReservedStart + 5] = ExtensionBit;
        target[ReservedStart + 7] = (byte)(FastBit | (offersV2 ? V2Bit : 0) | (offersDht ? DhtBit : 0));
        swarm.Value.Bytes.CopyTo(target[SwarmStart..]);
        self.Value.Bytes.CopyTo(target[PrologueLength..]);
    }

    /// <summary>Whether the first bytes can still become a handshake; looked at with every read, so that other protocols are dropped at once.</summary>
    public static bool CanStart(ReadOnlySpan<byte> received)
    {
        int length = Math.Min(received.Length, Protocol.Length);
        return received[..length].SequenceEqual(Protocol[..length]);
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
