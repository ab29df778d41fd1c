using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>
/// A peer that follows a script on the bytes of the wire, with a codec of its own, so that it also checks ours. This one is an honest plain BEP 3
/// seeder; the villains change what they must.
/// </summary>
public class ScriptedPeer : ISimHost
{
    private const int Port = 6881;
    private readonly List<ScriptedConnection> _connections = [];

    /// <summary>Puts a peer at an address.</summary>
    public ScriptedPeer(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    {
        World = world;
        Network = network;
        Content = content;
        Endpoint = new IPEndPoint(address, Port);
        Random = world.Fork();
        network.Add(address, this, link ?? new SimLinkSettings());
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Payload bytes handed to the network.</summary>
    public long Served { get; private set; }

    /// <summary>Connections that are open.</summary>
    public int OpenConnections => _connections.Count(static connection => !connection.IsClosed);

    /// <summary>Connections there have been.</summary>
    public int Connections => _connections.Count;

    /// <summary>The time line.</summary>
    protected SimWorld World { get; }

    /// <summary>The network.</summary>
    protected SimNetwork Network { get; }

    /// <summary>The torrent and its true bytes.</summary>
    protected SimContent Content { get; }

    /// <summary>The peer's own chance.</summary>
    protected SeededRandom Random { get; }

    /// <summary>Connects to a node.</summary>
    public void Dial(IPEndPoint target)
        => Network.Connect(
            Endpoint.Address,
            target,
            stream =>
            {
                ScriptedConnection connection = Open(stream);
                connection.SendHandshake();
                return connection;
            },
            static _ => { });

    /// <summary>Goes away: all connections break.</summary>
    public void Leave() => Network.Remove(Endpoint.Address);

    ISimStreamReceiver? ISimHost.Accept(SimStream stream, IPEndPoint from, int port) => port == Port ? Open(stream) : null;

    void ISimHost.Receive(Datagram datagram)
    {
    }

    /// <summary>The pieces that it says it has.</summary>
    protected virtual Bitfield Pieces()
    {
        var all = new Bitfield(Content.Layout.PieceCount);
        all.SetAll();
        return all;
    }

    /// <summary>The node's handshake is here; ours has been sent.</summary>
    protected virtual void OnHandshake(ScriptedConnection connection) => connection.Send(5, Pieces().ToArray());

    /// <summary>The node is interested.</summary>
    protected virtual void OnInterested(ScriptedConnection connection) => connection.Send(1);

    /// <summary>The node asks for a block.</summary>
    protected virtual void OnRequest(ScriptedConnection connection, BlockRange range) => SendBlock(connection, range, Content.Truth(range));

    /// <summary>Any message came, before it is acted on.</summary>
    protected virtual void OnMessage(ScriptedConnection connection, byte id)
    {
    }

    /// <summary>Sends a block.</summary>
    protected void SendBlock(ScriptedConnection connection, BlockRange range, ReadOnlySpan<byte> bytes)
    {
        byte[] payload = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(payload, range.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), range.Offset);
        bytes.CopyTo(payload.AsSpan(8));
        connection.Send(7, payload);
    }

    private ScriptedConnection Open(SimStream stream)
    {
        var connection = new ScriptedConnection(this, stream);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>One connection of a scripted peer.</summary>
    protected sealed class ScriptedConnection(ScriptedPeer peer, SimStream stream) : ISimStreamReceiver
    {
        private const int HandshakeLength = 68;
        private readonly Queue<byte[]> _out = new();
        private readonly List<byte> _in = [];
        private readonly HashSet<BlockRange> _cancelled = [];
        private bool _handshakeSent;
        private bool _handshaken;

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
            peer.Content.Metainfo.Hashes.Primary.Value.Bytes.CopyTo(handshake.AsSpan(28));
            Encoding.ASCII.GetBytes("-SC0001-", handshake.AsSpan(48));
            peer.Endpoint.Address.GetAddressBytes().CopyTo(handshake.AsSpan(56));
            Raw(handshake);
        }

        /// <summary>Sends a message.</summary>
        public void Send(byte id, ReadOnlySpan<byte> payload = default)
        {
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

        /// <summary>Whether the node took a request back.</summary>
        public bool WasCancelled(BlockRange range) => _cancelled.Remove(range);

        /// <summary>Ends the connection.</summary>
        public void Close()
        {
            IsClosed = true;
            stream.Close();
        }

        /// <inheritdoc/>
        public int Receive(ReadOnlySpan<byte> bytes)
        {
            _in.AddRange(bytes);
            while (!IsClosed && Take())
            {
            }

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

        private bool Take()
        {
            if (!_handshaken)
            {
                if (_in.Count < HandshakeLength)
                    return false;
                _in.RemoveRange(0, HandshakeLength);
                _handshaken = true;
                SendHandshake();
                peer.OnHandshake(this);
                return true;
            }

            if (_in.Count < 4)
                return false;
            int length = BinaryPrimitives.ReadInt32BigEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_in));
            if (_in.Count < 4 + length)
                return false;
            byte[] message = [.. _in.Skip(4).Take(length)];
            _in.RemoveRange(0, 4 + length);
            if (message.Length > 0)
                Act(message[0], message.AsSpan(1));
            return true;
        }

        private void Act(byte id, ReadOnlySpan<byte> payload)
        {
            peer.OnMessage(this, id);
            switch (id)
            {
                case 2:
                    peer.OnInterested(this);
                    break;
                case 6:
                    peer.OnRequest(this, Range(payload));
                    break;
                case 8:
                    _cancelled.Add(Range(payload));
                    break;
            }
        }

        private static BlockRange Range(ReadOnlySpan<byte> payload)
            => new(
                new PieceIndex(BinaryPrimitives.ReadInt32BigEndian(payload)),
                BinaryPrimitives.ReadInt32BigEndian(payload[4..]),
                BinaryPrimitives.ReadInt32BigEndian(payload[8..]));
    }
}
