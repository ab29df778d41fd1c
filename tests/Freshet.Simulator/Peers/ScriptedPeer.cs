using System.Buffers.Binary;
using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>
/// A peer that follows a script on the bytes of the wire, with a codec of its own, so that it also checks ours. This one is an honest plain BEP 3
/// seeder; the villains change what they must.
/// </summary>
public partial class ScriptedPeer : ISimHost
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
    public int OpenConnections => Open.Count();

    /// <summary>Connections there have been.</summary>
    public int Connections => _connections.Count;

    /// <summary>Whether it answers every request while it does not choke.</summary>
    protected virtual bool AnswersRequests => true;

    /// <summary>Whether it takes what comes after the handshake off the wire; who does not fills the sender's window.</summary>
    protected virtual bool Reads => true;

    /// <summary>Whether it speaks BEP 6 and BEP 10.</summary>
    protected virtual bool SpeaksExtensions => false;

    /// <summary>How many requests it queues; 250 for a peer that names no other number (BEP 10).</summary>
    protected virtual int RequestLimit => 250;

    /// <summary>The connections that are open.</summary>
    protected IEnumerable<ScriptedConnection> Open => _connections.Where(static connection => !connection.IsClosed);

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
                ScriptedConnection connection = Join(stream);
                connection.SendHandshake();
                return connection;
            },
            static _ => { });

    /// <summary>Goes away: all connections break.</summary>
    public void Leave() => Network.Remove(Endpoint.Address);

    bool ISimHost.Offers(InfoHashes torrent, Bitfield missing)
    {
        if (!AnswersRequests || torrent != Content.Metainfo.Hashes)
            return false;
        Bitfield pieces = Pieces();
        for (int i = missing.NextSet(0); i >= 0; i = missing.NextSet(i + 1))
        {
            if (pieces[i])
                return true;
        }

        return false;
    }

    ISimStreamReceiver? ISimHost.Accept(SimStream stream, IPEndPoint from, int port) => port == Port ? Join(stream) : null;

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

    /// <summary>The node's BEP 10 handshake or another extension message came; the payload begins with its number.</summary>
    protected virtual void OnExtended(ScriptedConnection connection, ReadOnlySpan<byte> payload)
    {
    }

    /// <summary>The node asks for hashes (BEP 52); a peer of a torrent with a v2 side gives them.</summary>
    protected virtual void OnHashRequest(ScriptedConnection connection, HashRequest request) => SendHashes(connection, request, Content.HashesOf(request));

    /// <summary>Sends hashes (BEP 52).</summary>
    protected static void SendHashes(ScriptedConnection connection, HashRequest request, ReadOnlySpan<byte> hashes)
    {
        byte[] payload = new byte[HashRequest.EncodedLength + hashes.Length];
        request.Write(payload);
        hashes.CopyTo(payload.AsSpan(HashRequest.EncodedLength));
        connection.Send(22, payload);
    }

    /// <summary>The node says that it has a piece.</summary>
    protected virtual void OnHave(ScriptedConnection connection, PieceIndex piece)
    {
    }

    /// <summary>Sends a block.</summary>
    protected void SendBlock(ScriptedConnection connection, BlockRange range, ReadOnlySpan<byte> bytes)
    {
        connection.Answered(range);
        byte[] payload = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(payload, range.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), range.Offset);
        bytes.CopyTo(payload.AsSpan(8));
        connection.Send(7, payload);
    }

    /// <summary>Says that a block will not come (BEP 6).</summary>
    protected static void SendReject(ScriptedConnection connection, BlockRange range)
    {
        connection.Answered(range);
        Span<byte> payload = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(payload, range.Piece.Value);
        BinaryPrimitives.WriteInt32BigEndian(payload[4..], range.Offset);
        BinaryPrimitives.WriteInt32BigEndian(payload[8..], range.Length);
        connection.Send(16, payload);
    }

    private ScriptedConnection Join(SimStream stream)
    {
        var connection = new ScriptedConnection(this, stream);
        _connections.Add(connection);
        return connection;
    }
}
