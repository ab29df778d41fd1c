using System.Buffers.Binary;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Pumps;

namespace Freshet.Microbench.Paths;

/// <summary>
/// The other end of a connection, as thin as can be: answers each request with a header in front of whatever bytes lie there, or asks for pieces one after the other and
/// drops what comes. Allocates nothing, so that what is counted is ours.
/// </summary>
internal sealed class RemotePeer(InfoHash swarm, int number, PieceLayout layout, bool isSeeder) : PeerSocket
{
    private const int BlockHeader = 13;
    private const int RequestLength = 17;
    private const int Pipeline = 128;
    private const int Handshake = 68;

    private readonly Queue<BlockRange> _asked = new(4096);
    private readonly byte[] _greeting = Greeting(swarm, number, layout.PieceCount, isSeeder);
    private readonly byte[] _control = new byte[RequestLength];
    private int _greeted;
    private int _controlLength;
    private int _left;
    private int _handshakeLeft = Handshake;
    private bool _isAsking;
    private bool _isUnchoked;
    private long _nextBlock = number * 977L;
    private int _outstanding;
    private int _unchokes;

    /// <summary>Blocks that came or went whole.</summary>
    public long Blocks { get; private set; }

    public override SocketError ConnectResult() => SocketError.Success;

    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        int length = Greet(buffer);
        if (_unchokes > 0 && buffer.Length - length >= 5)
        {
            _unchokes--;
            BinaryPrimitives.WriteInt32BigEndian(buffer[length..], 1);
            buffer[length + 4] = 1;
            length += 5;
        }

        length += isSeeder ? Answer(buffer[length..]) : Ask(buffer[length..]);
        IsReadable = length > 0;
        error = length > 0 ? SocketError.Success : SocketError.WouldBlock;
        return length;
    }

    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        error = SocketError.Success;
        int sent = bytes.Length;
        int skipped = Math.Min(_handshakeLeft, bytes.Length);
        _handshakeLeft -= skipped;
        bytes = bytes[skipped..];
        while (!bytes.IsEmpty)
            bytes = bytes[Take(bytes)..];
        return sent;
    }

    public override void Close()
    {
    }

    /// <summary>
    /// The handshake, and what the peer has: everything, or all but one piece. What it asks for in spite of that costs us the same, and whoever is the only source would
    /// show its pieces one by one.
    /// </summary>
    private static byte[] Greeting(InfoHash swarm, int number, int pieces, bool isSeeder)
    {
        int bitfield = (pieces + 7) / 8;
        byte[] greeting = new byte[Handshake + 5 + (isSeeder ? 0 : bitfield + 5)];
        "\u0013BitTorrent protocol"u8.CopyTo(greeting);
        greeting[27] = 0x04;
        swarm.Value.Bytes.CopyTo(greeting.AsSpan(28));
        BinaryPrimitives.WriteInt32BigEndian(greeting.AsSpan(48), number + 1);
        Span<byte> messages = greeting.AsSpan(Handshake);
        BinaryPrimitives.WriteInt32BigEndian(messages, isSeeder ? 1 : 1 + bitfield);
        messages[4] = (byte)(isSeeder ? 14 : 5);
        if (isSeeder)
            return greeting;
        Span<byte> bits = messages.Slice(5, bitfield);
        bits.Fill(0xFF);
        bits[number] = 0x7F;
        if (pieces % 8 != 0)
            bits[^1] &= (byte)(0xFF << (8 - (pieces % 8)));
        messages[^2] = 1;
        messages[^1] = 2;
        return greeting;
    }

    private int Greet(Span<byte> buffer)
    {
        int length = Math.Min(_greeting.Length - _greeted, buffer.Length);
        _greeting.AsSpan(_greeted, length).CopyTo(buffer);
        _greeted += length;
        return length;
    }

    /// <summary>Piece messages for what was asked, as many as there is room for.</summary>
    private int Answer(Span<byte> buffer)
    {
        int length = 0;
        while (_asked.TryPeek(out BlockRange range) && buffer.Length - length >= BlockHeader + range.Length)
        {
            Span<byte> message = buffer[length..];
            BinaryPrimitives.WriteInt32BigEndian(message, 9 + range.Length);
            message[4] = 7;
            BinaryPrimitives.WriteInt32BigEndian(message[5..], range.Piece.Value);
            BinaryPrimitives.WriteInt32BigEndian(message[9..], range.Offset);
            length += BlockHeader + range.Length;
            _asked.Dequeue();
            Blocks++;
        }

        return length;
    }

    /// <summary>Requests up to the pipeline's length.</summary>
    private int Ask(Span<byte> buffer)
    {
        int length = 0;
        for (; _isUnchoked && _outstanding < Pipeline && buffer.Length - length >= RequestLength; _outstanding++)
        {
            int blocksInPiece = layout.PieceLength / BlockRange.BlockLength;
            long block = _nextBlock++ % ((long)layout.PieceCount * blocksInPiece);
            Span<byte> message = buffer[length..];
            BinaryPrimitives.WriteInt32BigEndian(message, 13);
            message[4] = 6;
            BinaryPrimitives.WriteInt32BigEndian(message[5..], (int)(block / blocksInPiece));
            BinaryPrimitives.WriteInt32BigEndian(message[9..], (int)(block % blocksInPiece) * BlockRange.BlockLength);
            BinaryPrimitives.WriteInt32BigEndian(message[13..], BlockRange.BlockLength);
            length += RequestLength;
        }

        return length;
    }

    /// <summary>Takes the next message, or the part of it that is here.</summary>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        if (_left > 0)
        {
            int skipped = Math.Min(_left, bytes.Length);
            _left -= skipped;
            return skipped;
        }

        // The start of a message: its length, its kind, and what a request says.
        _control[_controlLength++] = bytes[0];
        if (_controlLength < 5)
        {
            if (_controlLength == 4 && BinaryPrimitives.ReadInt32BigEndian(_control) == 0)
                _controlLength = 0;
            return 1;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(_control);
        bool isRequest = _control[4] == 6;
        if (isRequest && _controlLength < RequestLength)
            return 1;
        _controlLength = 0;
        if (!isRequest)
            _left = length - 1;
        Heed(_control[4]);
        return 1;
    }

    private void Heed(byte kind)
    {
        switch (kind)
        {
            case 0:
                _isUnchoked = false;
                break;
            case 1:
                _isUnchoked = _isAsking = true;
                IsReadable = true;
                break;
            case 2:
                _unchokes++;
                IsReadable = true;
                break;
            case 6:
                _asked.Enqueue(new BlockRange(
                    new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(_control.AsSpan(5))),
                    BinaryPrimitives.ReadInt32BigEndian(_control.AsSpan(9)),
                    BinaryPrimitives.ReadInt32BigEndian(_control.AsSpan(13))));
                IsReadable = true;
                break;
            case 7:
                _outstanding--;
                Blocks++;
                IsReadable = true;
                break;
            case 16 when _isAsking:
                _outstanding--;
                IsReadable = true;
                break;
        }
    }
}
