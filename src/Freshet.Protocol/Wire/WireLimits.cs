using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>What is believed of a peer, and until when it is waited for. Each limit says why it is what it is.</summary>
public static class WireLimits
{
    /// <summary>The whole handshake, not each read, so that a byte a minute holds no place (W3). The field's value.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which a connection is given up. Peers send a keep-alive at least every two minutes (BEP 3).</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(120);

    /// <summary>Our own silence after which a keep-alive goes out: before the peer's 120 s are over, with room for a slow path.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(90);

    /// <summary>A piece message's length: id, index, offset and a block. Nobody is asked for more than a block at a time.</summary>
    public const int MaxPieceMessage = 9 + BlockRange.BlockLength;

    /// <summary>
    /// Any message's length that is not refused outright (W1): what no rule below knows is skipped up to here, and never stored. The
    /// largest bitfield (2,097,152 pieces) takes a quarter of it.
    /// </summary>
    public const int MaxMessage = 1024 * 1024;

    /// <summary>A bitfield's body: one bit for each of the most pieces that a torrent may have.</summary>
    public const int MaxBitfield = (Core.MetainfoLimits.MaxPieces + 7) / 8;

    /// <summary>
    /// What is kept of a peer's words about pieces before anybody knows how many there are (W1): the largest bitfield, and haves of 7,000 pieces behind it. A magnet link
    /// that takes so long to resolve gets a new bitfield in place of more.
    /// </summary>
    public const int MaxEarly = 5 + MaxBitfield + (64 * 1024);

    /// <summary>An extension handshake; real ones take a few hundred bytes. More is skipped unread.</summary>
    public const int MaxExtensionHandshake = 32 * 1024;

    /// <summary>
    /// A message of peer exchange (BEP 11): 50 peers of each kind and family take 2,600 bytes, a first message of some clients a few hundred peers. More is skipped unread.
    /// </summary>
    public const int MaxPeerExchange = 16 * 1024;

    /// <summary>The longest range that a peer may ask for: some clients ask for 128 KiB, nobody for more.</summary>
    public const int MaxRequest = 128 * 1024;

    /// <summary>How many requests we queue for a peer (<c>reqq</c>): the value of libtorrent.</summary>
    public const int RequestQueue = 2000;

    /// <summary>Extension handshakes that are read on one connection (W12): each is parsed and allocates; a peer needs two or three.</summary>
    public const int MaxExtensionHandshakes = 64;

    /// <summary>Allowed-fast messages that are believed on one connection (W6): sets have about ten members.</summary>
    public const int MaxAllowedFast = 64;

    /// <summary>Suggestions that are believed for every block that came (W12); the value of libtorrent.</summary>
    public const int MaxSuggests = 16;

    /// <summary>Rejects of what was not asked for that are overlooked, beside one for each request that was withdrawn (W12); of libtorrent.</summary>
    public const int MaxStrayRejects = 50;

    /// <summary>
    /// Bytes that wait to be sent at which nothing more is read from the peer (W2): who asks and never reads fills this and no more.
    /// More than <see cref="SendBatch"/>, so that blocks alone never do.
    /// </summary>
    public const int SendHighWater = 256 * 1024;

    /// <summary>
    /// What is laid for one send call: fifteen blocks, which with a few other messages fit an array of 256 KiB, the most that a peer who stops reading
    /// holds. One block a call costs 0.32 CPU-s/GiB, eight 0.22, and these no less.
    /// </summary>
    public const int SendBatch = 15 * (13 + BlockRange.BlockLength);
}
