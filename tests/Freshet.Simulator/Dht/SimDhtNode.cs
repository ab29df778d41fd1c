using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Simulator.Dht;

/// <summary>A DHT node in its world: what it sends goes over the network, and it is woken when it wants to be.</summary>
public sealed class SimDhtNode : IDhtEffects
{
    private readonly DhtWorld _world;
    private readonly Dictionary<NodeEndpoint, MonoTime> _mappings = [];
    private MonoTime _wakesAt = MonoTime.Never;

    internal SimDhtNode(DhtWorld world, IPEndPoint endpoint, bool isBehindRouter, ulong seed)
    {
        _world = world;
        Endpoint = endpoint;
        IsBehindRouter = isBehindRouter;
        var random = new SeededRandom(seed);
        byte[] secret = new byte[32];
        random.NextBytes(secret);

        // Who is behind a router learns its address from others.
        IPAddress local = isBehindRouter ? IPAddress.Any : endpoint.Address;
        Node = new DhtNode(local, null, world.Settings, this, SimSignatures.Instance, random, secret, world.World.Now);
    }

    /// <summary>Its address as others see it.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Whether only who was asked reaches it.</summary>
    public bool IsBehindRouter { get; }

    /// <summary>Whether it is in the world.</summary>
    public bool IsAlive { get; internal set; } = true;

    /// <summary>The node.</summary>
    public DhtNode Node { get; }

    /// <summary>Takes datagrams in place of the node: a villain.</summary>
    public Action<IPEndPoint, byte[]>? Receives { get; set; }

    /// <summary>Calls the node, and sees to it that it is woken in time.</summary>
    public T Do<T>(Func<MonoTime, T> call)
    {
        T result = call(_world.World.Now);
        Sleep();
        return result;
    }

    /// <summary>Calls the node, and sees to it that it is woken in time.</summary>
    public void Do(Action<MonoTime> call)
    {
        call(_world.World.Now);
        Sleep();
    }

    /// <summary>Sends something that the node itself would not: a villain.</summary>
    public void SendTo(IPEndPoint remote, ReadOnlyMemory<byte> bytes) => Send(new Datagram(remote, bytes));

    /// <inheritdoc/>
    public void Send(in Datagram datagram)
    {
        if (IsBehindRouter)
            _mappings[NodeEndpoint.Of(datagram.Remote)] = _world.World.Now;
        _world.Carry(this, datagram.Remote, datagram.Bytes);
    }

    internal void Receive(IPEndPoint from, byte[] bytes)
    {
        if (IsBehindRouter && !IsMapped(NodeEndpoint.Of(from)))
            return;
        if (Receives is { } receives)
        {
            receives(from, bytes);
            return;
        }

        Node.Handle(new Datagram(from, bytes), _world.World.Now);
        Sleep();
    }

    private bool IsMapped(NodeEndpoint from)
    {
        MonoTime now = _world.World.Now;
        if (!_mappings.TryGetValue(from, out MonoTime last))
            return false;
        if (now - last <= DhtWorld.MappingTime)
            return true;
        _mappings.Remove(from);
        return false;
    }

    private void Sleep()
    {
        MonoTime next = Node.NextDeadline;
        if (next >= _wakesAt)
            return;
        _wakesAt = next;
        _world.World.At(next, () => Wake(next));
    }

    private void Wake(MonoTime at)
    {
        if (!IsAlive || at != _wakesAt)
            return;
        _wakesAt = MonoTime.Never;
        Node.Advance(_world.World.Now);
        Sleep();
    }
}
