using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

public sealed class ConnectionTests
{
    [Fact]
    public void An_incoming_peer_is_accepted_by_its_swarm_and_refused_without_one()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Incoming(peer);
        Assert.Single(rig.Sent(peer, PeerCommandKind.Accept));
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));

        FakePeer stranger = rig.Peer(2);
        rig.Incoming(stranger, new InfoHash(new Sha1Hash(new byte[20])));
        Assert.Equal(DisconnectReason.UnknownTorrent, stranger.ClosedFor);
    }

    [Fact]
    public void A_stopped_torrent_accepts_nobody()
    {
        var rig = new EngineRig();
        rig.Add(spec => spec with { Start = false });
        FakePeer peer = rig.Peer(1);
        rig.Incoming(peer);
        Assert.Equal(DisconnectReason.UnknownTorrent, peer.ClosedFor);
    }

    /// <summary>THREATS W3: handshakes that hang.</summary>
    [Fact]
    public void Pending_handshakes_and_connections_are_bounded()
    {
        var random = new SeededRandom(3);
        var rig = new EngineRig(settings: new SessionSettings { PeerId = PeerId.Create(random), MaxPendingHandshakes = 3, MaxConnectionsPerTorrent = 5 });
        rig.Add();
        FakePeer[] peers = [.. Enumerable.Range(1, 8).Select(i => rig.Peer(i))];
        foreach (FakePeer peer in peers[..4])
            rig.Incoming(peer);
        Assert.Equal(3, peers.Count(peer => rig.Sent(peer, PeerCommandKind.Accept).Any()));
        Assert.Equal(DisconnectReason.Limit, peers[3].ClosedFor);
        rig.RunUntil(() => peers[2].IsOpen);
        foreach (FakePeer peer in peers[4..])
            rig.Incoming(peer);
        Assert.Equal(5, peers.Count(peer => rig.Sent(peer, PeerCommandKind.Accept).Any()));
    }

    [Fact]
    public void We_do_not_talk_to_ourselves_and_do_not_try_again()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer self = rig.Peer(1, p => p.Id = rig.Settings.PeerId);
        rig.Introduce(self);
        rig.RunUntil(() => self.ClosedFor is not null);
        Assert.Equal(DisconnectReason.SelfConnection, self.ClosedFor);
        rig.Introduce(self);
        rig.Run(7200);
        Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Connect);
    }

    /// <summary>Both sides keep the connection that the side with the greater peer id opened, so that exactly one is left.</summary>
    [Theory]
    [InlineData((byte)0x01, true)]
    [InlineData((byte)0xFF, false)]
    public void Of_two_connections_opened_at_the_same_moment_the_greater_peer_id_decides(byte theirs, bool keepsOurs)
    {
        var rig = new EngineRig();
        rig.Add();
        byte[] id = new byte[20];
        id.AsSpan().Fill(theirs);
        FakePeer ours = rig.Peer(1, p => { p.Id = new PeerId(new Sha1Hash(id)); p.IsSilent = true; });
        FakePeer incoming = rig.Peer(2, p => { p.Id = ours.Id; p.IsSilent = true; });
        rig.Introduce(ours);
        rig.Incoming(incoming);
        rig.Run(1);
        Assert.Equal(keepsOurs ? null : DisconnectReason.Duplicate, ours.ClosedFor);
        Assert.Equal(keepsOurs ? DisconnectReason.Duplicate : null, incoming.ClosedFor);
    }

    [Fact]
    public void Nobody_pushes_an_older_connection_out_by_naming_its_peer_id()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer honest = rig.Peer(1, p => { p.IsSilent = true; p.Id = new PeerId(new Sha1Hash([.. Enumerable.Repeat((byte)0xFF, 20)])); });
        rig.Introduce(honest);
        rig.Run(15);
        FakePeer thief = rig.Peer(2, p => p.Id = honest.Id);
        rig.Incoming(thief);
        rig.Run(1);
        Assert.Null(honest.ClosedFor);
        Assert.Equal(DisconnectReason.Duplicate, thief.ClosedFor);
    }

    /// <summary>THREATS W4: on one machine and in local networks a poisoner that dials us comes back from another port.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.3.4")]
    public void A_poisoner_that_dials_from_a_shared_address_does_not_come_back_and_its_neighbour_stays(string address)
    {
        var rig = new EngineRig(pieces: 12);
        rig.Add();
        FakePeer poisoner = At(rig, address, 40_001, 1, p => p.Corrupts = _ => true);
        rig.Incoming(poisoner);
        rig.RunUntil(() => poisoner.IsOpen);
        poisoner.Post(PeerEventKind.ExtensionHandshake, payload: new ExtensionHandshake { ListenPort = 7001 });
        rig.RunUntil(() => poisoner.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);

        FakePeer again = At(rig, address, 40_002, 1);
        rig.Incoming(again);
        rig.RunUntil(() => again.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, again.ClosedFor);
        int dials = rig.Commands.Count(command => command.Kind == PeerCommandKind.Connect);
        rig.Introduce(At(rig, address, 7001, 1));
        rig.Run(60);
        Assert.Equal(dials, rig.Commands.Count(command => command.Kind == PeerCommandKind.Connect));

        FakePeer neighbour = At(rig, address, 40_003, 2);
        rig.Incoming(neighbour);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
        Assert.Single(rig.Notices.OfType<PeerBannedNotice>());
    }

    /// <summary>THREATS W4: who leaves before its piece is judged is banned all the same, by its name.</summary>
    [Fact]
    public void A_poisoner_that_leaves_before_the_verdict_does_not_come_back_from_another_port()
    {
        var rig = new EngineRig(pieces: 1);
        rig.Disk.MinLatency = rig.Disk.MaxLatency = TimeSpan.FromSeconds(1);
        rig.Add();
        FakePeer poisoner = At(rig, "127.0.0.1", 40_001, 1, p => p.Corrupts = _ => true);
        rig.Incoming(poisoner);
        rig.RunUntil(() => poisoner.BlocksSent == 4);
        poisoner.Close();
        rig.RunUntil(() => rig.Notices.OfType<PeerBannedNotice>().Any());
        FakePeer again = At(rig, "127.0.0.1", 40_002, 1);
        rig.Incoming(again);
        rig.RunUntil(() => again.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, again.ClosedFor);
    }

    /// <summary>A peer may name whatever listen port it likes: not that of a neighbour that we are connected to.</summary>
    [Fact]
    public void A_poisoner_cannot_have_its_neighbour_banned_by_naming_its_port()
    {
        var rig = new EngineRig(pieces: 12);
        rig.Add();
        FakePeer neighbour = At(rig, "127.0.0.1", 7002, 2, p => p.Unchokes = false);
        rig.Introduce(neighbour);
        rig.RunUntil(() => neighbour.IsOpen);
        FakePeer poisoner = At(rig, "127.0.0.1", 40_001, 1, p => p.Corrupts = _ => true);
        rig.Incoming(poisoner);
        rig.RunUntil(() => poisoner.IsOpen);
        poisoner.Post(PeerEventKind.ExtensionHandshake, payload: new ExtensionHandshake { ListenPort = 7002 });
        rig.RunUntil(() => poisoner.ClosedFor is not null);
        Assert.Equal(DisconnectReason.Banned, poisoner.ClosedFor);
        neighbour.Post(PeerEventKind.Unchoke);
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding));
    }

    [Fact]
    public void Connections_are_opened_at_most_so_many_at_once_and_so_many_a_second()
    {
        var random = new SeededRandom(3);
        var rig = new EngineRig(settings: new SessionSettings { PeerId = PeerId.Create(random), MaxHalfOpen = 100, ConnectsPerSecond = 10 });
        rig.Add();
        FakePeer[] peers = [.. Enumerable.Range(1, 60).Select(i => rig.Peer(i, p => p.IsSilent = true))];
        rig.Introduce(peers);
        Assert.Equal(10, rig.Commands.Count(command => command.Kind == PeerCommandKind.Connect));
        rig.Run(1.05);
        Assert.InRange(rig.Commands.Count(command => command.Kind == PeerCommandKind.Connect), 19, 21);

        var slow = new EngineRig(settings: new SessionSettings { PeerId = PeerId.Create(random), MaxHalfOpen = 4, ConnectsPerSecond = 100 });
        slow.Add();
        slow.Introduce([.. Enumerable.Range(1, 20).Select(i => slow.Peer(i, p => p.IsSilent = true))]);
        Assert.Equal(4, slow.Commands.Count(command => command.Kind == PeerCommandKind.Connect));
        slow.Run(0.2);
        Assert.Equal(20, slow.Commands.Count(command => command.Kind == PeerCommandKind.Connect));
    }

    [Fact]
    public void A_bitfield_after_a_have_is_a_breach()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.Has.ClearAll());
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        peer.Post(PeerEventKind.Have, 1);
        Assert.Null(peer.ClosedFor);
        peer.Post(PeerEventKind.HaveAll);
        Assert.Equal(DisconnectReason.ProtocolError, peer.ClosedFor);
    }

    /// <summary>THREATS W12.</summary>
    [Theory]
    [InlineData(PeerEventKind.Unchoke, PeerEventKind.Choke)]
    [InlineData(PeerEventKind.Interested, PeerEventKind.NotInterested)]
    [InlineData(PeerEventKind.Have, PeerEventKind.DontHave)]
    [InlineData(PeerEventKind.Suggest, PeerEventKind.Suggest)]
    public void Flapping_is_bounded(PeerEventKind there, PeerEventKind back)
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => { p.HasFast = false; p.Has.ClearAll(); });
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        for (int i = 0; i < 1000 && peer.ClosedFor is null; i++)
        {
            peer.Post(there, 1);
            if (peer.ClosedFor is null)
                peer.Post(back, 1);
        }

        Assert.Equal(DisconnectReason.ProtocolError, peer.ClosedFor);
    }

    [Fact]
    public void A_block_of_a_connection_that_is_closing_goes_back_to_the_pool()
    {
        var rig = new EngineRig();
        rig.Add();
        FakePeer peer = rig.Peer(1, p => p.IsSilent = true);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.Waiting.Count > 0);
        rig.Engine.Stop(rig.Torrent, rig.Now);
        Assert.True(rig.Pool.TryRent(default, 1, out BufferLease lease));
        rig.Post(new PeerEvent(PeerEventKind.Block, peer.Connection) { Range = new BlockRange(new PieceIndex(0), 0, 16384), Lease = lease });
        Assert.Equal(0, rig.Pool.RentedBlocks);
    }

    [Fact]
    public void A_peer_that_leaves_gives_its_blocks_to_others_at_once()
    {
        var rig = new EngineRig(pieces: 2);
        rig.Add();
        FakePeer leaver = rig.Peer(1, p => p.IsSilent = true);
        FakePeer idle = rig.Peer(2, p => p.IsSilent = true);
        rig.Introduce(leaver, idle);
        rig.RunUntil(() => leaver.Waiting.Count + idle.Waiting.Count >= 8 && leaver.Waiting.Count > 0);
        idle.IsSilent = false;
        foreach (BlockRange range in idle.Waiting.ToArray())
            idle.Deliver(range);
        leaver.Close();
        rig.RunUntil(() => rig.HasState(TorrentState.Seeding), maxSeconds: 2);
        rig.Run(1);
        rig.AssertComplete();
    }

    private static FakePeer At(EngineRig rig, string address, int port, int number, Action<FakePeer>? change = null)
    {
        var peer = new FakePeer(rig, new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), port), number);
        change?.Invoke(peer);
        rig.Peers[peer.Endpoint] = peer;
        return peer;
    }
}
