using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>A link, its pool and what it posted; it starts ready unless told otherwise.</summary>
internal sealed class LinkUnderTest : IDisposable
{
    public static readonly MonoTime Start = MonoTime.Zero + TimeSpan.FromSeconds(100);

    public LinkUnderTest(
        PieceLayout? layout = null, bool fast = true, bool extensions = true, int poolMiB = 1, bool ready = true, ICachedReader? reader = null, bool v2 = false, bool late = false)
    {
        Pool = new BlockPool(poolMiB * 1024 * 1024);
        Layout = layout ?? Samples.Layout();
        Link = PeerLink.Outgoing(new ConnectionId(2), Samples.Setup(Layout) with { V2Swarm = v2 ? Samples.Swarm : null, Layout = late ? null : Layout }, Pool, Start, reader);
        if (!ready)
            return;
        Feed(Samples.Handshake(fast: fast, extensions: extensions));
        Assert.True(Link.IsReady);
        Drain();
        Events.Clear();
    }

    public MonoTime Now { get; set; } = Start;

    public BlockPool Pool { get; }

    public PieceLayout Layout { get; }

    public PeerLink Link { get; }

    public PeerEventBuffer Events { get; } = new();

    public PeerEvent Only => Assert.Single(Events.Events.ToArray());

    public PeerEventKind[] Kinds => [.. Events.Events.ToArray().Select(e => e.Kind)];

    public void Feed(params byte[][] messages)
    {
        foreach (byte[] message in messages)
            Link.Feed(message, Events, Now);
    }

    public void Apply(PeerCommandKind kind, BlockRange range = default, object? payload = null, int value = 0, BufferLease lease = default)
        => Link.Apply(new PeerCommand(kind, Link.Id) { Range = range, Payload = payload, Value = value, Lease = lease }, Events, Now);

    public void Request(params BlockRange[] ranges)
    {
        foreach (BlockRange range in ranges)
            Apply(PeerCommandKind.Request, range);
    }

    /// <summary>Takes what waits to be sent.</summary>
    public byte[] Drain()
    {
        byte[] bytes = Link.BeginSend().ToArray();
        Link.EndSend(bytes.Length, Now);
        return bytes;
    }

    /// <summary>Asserts that a message ends the link.</summary>
    public void AssertEnds(DisconnectReason reason, params byte[][] messages)
    {
        Feed(messages);
        Assert.Equal(reason, Link.Ending);
    }

    public void Dispose()
    {
        foreach (PeerEvent e in Events.Events)
            Pool.Return(e.Lease);
        Events.Clear();
        Link.Close(DisconnectReason.Shutdown, Events);
        int leaked = Pool.RentedBlocks;
        Pool.Dispose();
        Assert.Equal(0, leaked);
    }
}
