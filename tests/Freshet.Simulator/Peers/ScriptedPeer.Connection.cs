using System.Buffers.Binary;
using System.Text;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

public partial class ScriptedPeer
{
    /// <summary>
    /// One connection of a scripted peer. It also watches the node's manners: no block asked for again while the first request stands, never more
    /// requests at once than a peer queues.
    /// </summary>
    protected sealed class ScriptedConnection(ScriptedPeer peer, SimStream stream) : ISimStreamReceiver
    {
        private const int HandshakeLength = 68;
        private readonly Queue<byte[]> _out = new();
        private readonly HashSet<BlockRange> _asked = [];

        // Taken back while the block was on its way: it may count as the answer to a later request, so that nobody can say any more which one stands.
        private readonly HashSet<BlockRange> _answeredLate = [];
        private byte[] _in = new byte[256];
        private int _filled;
        private bool _handshakeSent;
        private bool _handshaken;
        private bool _isChoking = true;

        /// <summary>Whether it is over.</summary>
        public bool IsClosed { get; private set; }

        /// <summary>Sends our handshake, once.</summary>
        public void SendHandshake()
        {
            if (_handshakeSent)
                return;
            _handshakeSent = true;
            byte[] handshake = new byte[HandshakeLength];
            handshake[0] = 19;
            Encoding.ASCII.GetBytes("BitTorrent protocol", handshake.AsSpan(1));
            if (peer.SpeaksExtensions)
            {
                handshake[25] = 0x10;
                handshake[27] = 0x04;
            }

            peer.Content.Metainfo.Hashes.Primary.Value.Bytes.CopyTo(handshake.AsSpan(28));
            Encoding.ASCII.GetBytes("-SC0001-", handshake.AsSpan(48));
            peer.Endpoint.Address.GetAddressBytes().AsSpan(0, 4).CopyTo(handshake.AsSpan(56));
            Raw(handshake);
        }

        /// <summary>Sends a message.</summary>
        public void Send(byte id, ReadOnlySpan<byte> payload = default)
        {
            if (id <= 1)
                _isChoking = id == 0;
            if (id == 0 && !peer.SpeaksExtensions)
                _asked.Clear();
            byte[] message = new byte[5 + payload.Length];
            BinaryPrimitives.WriteInt32BigEndian(message, 1 + payload.Length);
            message[4] = id;
            payload.CopyTo(message.AsSpan(5));
            Raw(message);
        }

        /// <summary>Sends a message about a piece.</summary>
        public void Send(byte id, PieceIndex piece)
        {
            Span<byte> payload = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(payload, piece.Value);
            Send(id, payload);
        }

        /// <summary>Sends bytes as they are.</summary>
        public void Raw(byte[] bytes)
        {
            if (IsClosed)
                return;
            _out.Enqueue(bytes);
            Drained();
        }

        /// <summary>A block or a reject is on its way for a request.</summary>
        public void Answered(BlockRange range) => _asked.Remove(range);

        /// <summary>Whether a request still stands: neither answered nor taken back.</summary>
        public bool IsAsked(BlockRange range) => _asked.Contains(range);

        /// <summary>Ends the connection.</summary>
        public void Close()
        {
            IsClosed = true;
            stream.Close();
        }

        /// <inheritdoc/>
        public int Receive(ReadOnlySpan<byte> bytes)
        {
            if (_handshaken && !peer.Reads)
                return 0;
            if (_filled + bytes.Length > _in.Length)
                Array.Resize(ref _in, Math.Max(_filled + bytes.Length, _in.Length * 2));
            bytes.CopyTo(_in.AsSpan(_filled));
            _filled += bytes.Length;
            int taken = 0;
            while (!IsClosed && Take(_in.AsSpan(taken, _filled - taken)) is var length and > 0)
                taken += length;
            _in.AsSpan(taken, _filled - taken).CopyTo(_in);
            _filled -= taken;
            return bytes.Length;
        }

        /// <inheritdoc/>
        public void Drained()
        {
            while (!IsClosed && _out.TryPeek(out byte[]? next) && stream.Room >= Math.Min(next.Length, 64 * 1024))
            {
                stream.Send(_out.Dequeue());
                if (next.Length > 13 && next[4] == 7)
                    peer.Served += next.Length - 13;
            }
        }

        /// <inheritdoc/>
        public void Closed() => IsClosed = true;

        /// <summary>Acts on one whole message at the start of what came; returns its length, 0 where it is not whole yet.</summary>
        private int Take(ReadOnlySpan<byte> bytes)
        {
            if (!_handshaken)
            {
                if (bytes.Length < HandshakeLength)
                    return 0;
                _handshaken = true;
                SendHandshake();
                peer.OnHandshake(this);
                return HandshakeLength;
            }

            if (bytes.Length < 4)
                return 0;
            int length = 4 + BinaryPrimitives.ReadInt32BigEndian(bytes);
            if (bytes.Length < length)
                return 0;
            if (length > 4)
                Act(bytes[4], bytes[5..length]);
            return length;
        }

        private void Act(byte id, ReadOnlySpan<byte> payload)
        {
            switch (id)
            {
                case 2:
                    peer.OnInterested(this);
                    break;
                case 4:
                    peer.OnHave(this, new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(payload)));
                    break;
                case 6:
                    Ask(Range(payload));
                    break;
                case 8:
                    TakeBack(Range(payload));
                    break;
                case 20:
                    peer.OnExtended(this, payload);
                    break;
                case 21:
                    peer.OnHashRequest(this, HashRequest.Read(payload));
                    break;
            }
        }

        private void Ask(BlockRange range)
        {
            // A request that crossed our choke is void.
            if (_isChoking && !peer.SpeaksExtensions)
                return;
            if (!_asked.Add(range) && !_answeredLate.Contains(range))
                throw new SimulationException(peer.World, $"{stream.Remote} asks {peer.Endpoint} for {range} while its first request stands");
            if (_asked.Count > peer.RequestLimit)
                throw new SimulationException(peer.World, $"{stream.Remote} has {_asked.Count} requests at {peer.Endpoint} at once");
            peer.OnRequest(this, range);
        }

        /// <summary>A request is taken back; with BEP 6 that is answered too.</summary>
        private void TakeBack(BlockRange range)
        {
            if (!_asked.Contains(range))
                _answeredLate.Add(range);
            else if (peer.SpeaksExtensions)
                SendReject(this, range);
            _asked.Remove(range);
        }

        private static BlockRange Range(ReadOnlySpan<byte> payload)
            => new(
                new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(payload)),
                BinaryPrimitives.ReadInt32BigEndian(payload[4..]),
                BinaryPrimitives.ReadInt32BigEndian(payload[8..]));
    }
}
