using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Pumps;

// THREATS F4, chaos 27: the process may open no more files.
public sealed class PumpHandleTests
{
    [Fact]
    public void An_accept_without_a_handle_pauses_and_goes_on()
    {
        var poller = new PoorPoller(new PortablePoller()) { HandlesMissing = 2 };
        using var bench = new PumpBench(() => poller);
        using RawPeer peer = bench.Dial();
        peer.Send(PumpBench.Handshake());
        bench.RunUntil(() => poller.HandlesMissing == 1);
        for (int i = 0; i < 5; i++)
            bench.Iterate();

        // Tried once, then left alone: no spinning, no flood of the same error.
        Assert.Equal(1, poller.HandlesMissing);
        Assert.False(poller.Accepting);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.RunUntil(() => poller.HandlesMissing == 0);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.RunUntil(() => bench.Log.Any(e => e.Kind == PeerEventKind.Ready));
    }

    [Fact]
    public void A_connection_without_a_handle_is_a_limit_not_the_peers_fault()
    {
        var poller = new PoorPoller(new PortablePoller()) { HandlesMissing = 1 };
        using var bench = new PumpBench(() => poller);
        ConnectionId id = bench.Connect(bench.ListensAt);
        bench.RunUntil(() => bench.ClosedWith(id) is not null);
        Assert.Equal(DisconnectReason.Limit, bench.ClosedWith(id));
    }

    /// <summary>Sockets of a process that has no file handle left for a while.</summary>
    private sealed class PoorPoller(ISocketPoller inner) : ISocketPoller
    {
        public int HandlesMissing { get; set; }

        public bool Accepting
        {
            get => inner.Accepting;
            set => inner.Accepting = value;
        }

        public void AddListener(Socket listener) => inner.AddListener(listener);

        public DatagramSocket AddDatagrams(Socket socket, bool receives) => inner.AddDatagrams(socket, receives);

        public PeerSocket? Accept(out IPEndPoint? remote, out SocketError error)
        {
            remote = null;
            return IsPoor(out error) ? null : inner.Accept(out remote, out error);
        }

        public PeerSocket? Connect(IPEndPoint remote, IPAddress? source, out SocketError error)
            => IsPoor(out error) ? null : inner.Connect(remote, source, out error);

        public void Wait(TimeSpan timeout, List<PeerSocket> ready) => inner.Wait(timeout, ready);

        public void Wake() => inner.Wake();

        public void Dispose() => inner.Dispose();

        private bool IsPoor(out SocketError error)
        {
            error = SocketError.TooManyOpenSockets;
            return HandlesMissing > 0 && HandlesMissing-- > 0;
        }
    }
}
