using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>Torrents, setups and raw messages to test with.</summary>
internal static class Samples
{
    public static readonly IPEndPoint Address = new(IPAddress.Parse("10.1.2.3"), 6881);

    public static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Range(1, 20).Select(i => (byte)i)]));

    /// <summary>The v2 swarm of a hybrid whose v1 swarm the other is.</summary>
    public static readonly InfoHash V2Swarm = new(new Sha1Hash([.. Enumerable.Range(51, 20).Select(i => (byte)i)]));

    public static readonly PeerId Us = new(new Sha1Hash("-FH0100-aaaaaaaaaaaa"u8));

    public static readonly PeerId Them = new(new Sha1Hash("-LT2100-bbbbbbbbbbbb"u8));

    /// <summary>One file; the last piece and block are short.</summary>
    public static PieceLayout Layout(int pieces = 10, int pieceLength = 65536) => new(
        [
            new FileEntry
            {
                Index = new FileIndex(0),
                Path = "a",
                OriginalPath = "a",
                Length = ((pieces - 1L) * pieceLength) + 20_000,
                Offset = 0,
            },
        ],
        pieceLength);

    public static ConnectionSetup Setup(PieceLayout? layout = null, PeerId? self = null)
        => new(Address, Swarm, self ?? Us, layout ?? Layout());

    public static byte[] Handshake(PeerId? peer = null, bool fast = true, bool extensions = true, InfoHash? swarm = null, bool v2 = false)
    {
        byte[] bytes = new byte[68];
        bytes[0] = 19;
        Encoding.ASCII.GetBytes("BitTorrent protocol", bytes.AsSpan(1));
        bytes[25] = (byte)(extensions ? 0x10 : 0);
        bytes[27] = (byte)((fast ? 0x04 : 0) | (v2 ? 0x10 : 0));
        (swarm ?? Swarm).Value.Bytes.CopyTo(bytes.AsSpan(28));
        (peer ?? Them).Value.Bytes.CopyTo(bytes.AsSpan(48));
        return bytes;
    }

    /// <summary>A message of an id, 32-bit numbers and bytes behind them.</summary>
    public static byte[] Message(byte id, int[] numbers, params byte[] tail)
    {
        byte[] message = new byte[5 + (numbers.Length * 4) + tail.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length - 4);
        message[4] = id;
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(5 + (i * 4)), numbers[i]);
        tail.CopyTo(message, 5 + (numbers.Length * 4));
        return message;
    }

    public static byte[] Message(byte id, params byte[] body) => Message(id, [], body);

    public static byte[] Extended(byte number, ReadOnlySpan<byte> body) => Message(20, [], [number, .. body]);

    public static byte[] Piece(BlockRange range, byte fill)
    {
        byte[] payload = new byte[range.Length];
        payload.AsSpan().Fill(fill);
        return Message(7, [range.Piece.Value, range.Offset], payload);
    }

    public static BlockRange Range(int piece, int offset, int length = BlockRange.BlockLength) => new(new PieceIndex(piece), offset, length);
}
