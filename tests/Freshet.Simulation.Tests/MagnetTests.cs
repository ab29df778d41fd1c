using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>BEP 9 in whole swarms: torrents that begin with a hash, and peers that lie about the metadata (THREATS B7).</summary>
public sealed class MagnetTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000 };

    [Fact]
    public void A_magnet_becomes_a_download_on_the_connections_that_brought_its_metadata() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, swarm.OddFiles(6, 300_000));
        MetadataPeer[] seeders = Peers(3, () => new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = Endpoints(seeders) });
        swarm.Must(leecher.Status(id).State == TorrentState.FetchingMetadata, "the metadata is fetched first");
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        swarm.Must(seeders.All(static seeder => seeder.Connections == 1), "no connection was opened twice");
    });

    [Fact]
    public void Large_metadata_comes_from_all_peers_at_once() => Scenario.Play(3, swarm =>
    {
        SimContent content = Large(swarm, 10_500_000);
        MetadataPeer[] seeders = Peers(5, () => new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = Endpoints(seeders) });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        int pieces = MetadataPieces.CountOf(content.Metainfo.InfoBytes.Length);
        swarm.Must(seeders.All(seeder => seeder.MetadataRequests > pieces / 20), "each peer has given a part");
        swarm.Must(seeders.Sum(static seeder => seeder.MetadataRequests) < pieces + 100, "little is asked for twice");
    });

    [Fact]
    public void Liars_are_found_out_and_banned_and_the_honest_stay() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 200_000);
        MetadataLiar[] liars = Peers(4, () => new MetadataLiar(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        MetadataPeer[] honest = Peers(2, () => new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(liars.Select(static liar => liar.Endpoint.Address));
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [.. Endpoints(liars), .. Endpoints(honest)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));

        // Who has sent a wrong piece is known by it, in whatever round it was.
        foreach (MetadataLiar liar in liars.Where(static liar => liar.Lies > 0))
            swarm.Must(leecher.Notices.OfType<PeerBannedNotice>().Any(banned => banned.Endpoint.Equals(liar.Endpoint)), $"{liar.Endpoint} is banned");
    });

    [Fact]
    public void A_lone_liar_is_banned_at_once_and_the_metadata_comes_from_who_is_found_later() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 40_000);
        var liar = new MetadataLiar(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        var honest = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.Add(liar.Endpoint.Address);
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [liar.Endpoint] });
        swarm.World.RunUntil(() => leecher.Notices.OfType<PeerBannedNotice>().Any(), TimeSpan.FromSeconds(30));
        leecher.Command((engine, now) => engine.AddPeers(id, [honest.Endpoint], now));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
    });

    /// <summary>Sizes that no metadata has, sizes that some has, and noise of that size.</summary>
    [Fact]
    public void Sizes_that_lie_keep_nobody_from_the_right_one() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 100_000);
        long[] sizes = [-1, 0, 1, 99_999, 2_147_483_647, 4_000_000_000, MetadataPieces.MaxSize, MetadataPieces.MaxSize + 1L, 3_000_000, 5_000_000];
        SizeLiar[] liars = [.. sizes.Select(size => new SizeLiar(swarm.World, swarm.Network, swarm.NextAddress(), content, size, Line))];
        var honest = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(liars.Select(static liar => liar.Endpoint.Address));
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [.. Endpoints(liars), honest.Endpoint] });
        swarm.World.RunUntil(() => leecher.Status(id).HasMetadata, TimeSpan.FromSeconds(60));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void Who_stalls_or_declines_costs_seconds() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 300_000);
        ScriptedPeer[] villains =
        [
            .. Peers(4, () => new MetadataStaller(swarm.World, swarm.Network, swarm.NextAddress(), content, gives: 1, Line)),
            .. Peers(2, () => new MetadataStaller(swarm.World, swarm.Network, swarm.NextAddress(), content, gives: 0, Line)),
            .. Peers(2, () => new MetadataMiser(swarm.World, swarm.Network, swarm.NextAddress(), content, Line)),
        ];
        var honest = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [.. Endpoints(villains), honest.Endpoint] });
        swarm.World.RunUntil(() => leecher.Status(id).HasMetadata, TimeSpan.FromSeconds(30));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
    });

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void A_magnet_with_a_v2_side_gets_its_piece_layers_from_peers(TorrentVersion version) => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), version, 32 * 1024, swarm.OddFiles(8, 300_000));
        SimNode[] seeders = [.. Enumerable.Range(0, 2).Select(_ => swarm.Seeder(content, Line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void A_magnet_of_data_that_is_there_seeds_after_a_check() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [700_000]);
        SimNode seeder = swarm.Seeder(content, Line);
        SimNode other = swarm.Node(Line);
        swarm.Fill(other.Disk, content);
        TorrentId id = other.AddMagnet(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.RunUntil(() => other.Status(id).State == TorrentState.Seeding, TimeSpan.FromMinutes(1));
        swarm.Must(other.Status(id).Downloaded == 0, "nothing is fetched that is there");
    });

    [Fact]
    public void A_stop_and_a_start_while_metadata_comes_do_no_harm() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 3_000_000);
        MetadataPeer[] seeders = Peers(2, () => new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = Endpoints(seeders) });
        swarm.World.Run(TimeSpan.FromSeconds(swarm.World.Random.NextDouble() * 4));
        leecher.Command((engine, now) => engine.Stop(id, now));
        swarm.World.RunUntil(() => leecher.Status(id).State == TorrentState.Stopped, TimeSpan.FromSeconds(30));
        leecher.Command((engine, now) => engine.Start(id, now));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_killed_node_begins_again_with_its_link() => Scenario.Play(swarm =>
    {
        SimContent content = Large(swarm, 1_000_000);
        MetadataPeer[] seeders = Peers(2, () => new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line));
        SimNode first = swarm.Node();
        first.AddMagnet(content, spec => spec with { Peers = Endpoints(seeders) });
        swarm.World.Run(TimeSpan.FromSeconds(swarm.World.Random.NextDouble() * 3));
        first.Kill();
        swarm.World.Run(TimeSpan.FromSeconds(2));
        SimNode second = swarm.Restart(first);
        TorrentId id = second.AddMagnet(content, spec => spec with { Peers = Endpoints(seeders) });
        swarm.MustComplete(second, id, TimeSpan.FromMinutes(3));
    });

    /// <summary>Leechers that know no more than each other hold on until one comes who does, and pass on what they get.</summary>
    [Fact]
    public void Leechers_without_metadata_pass_it_on_as_soon_as_one_has_it() => Scenario.Play(5, swarm =>
    {
        const string Announce = "http://tracker.example/announce";
        swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [500_000], Announce);
        (SimNode Node, TorrentId Id)[] leechers = [.. Enumerable.Range(0, 12).Select(_ =>
        {
            SimNode node = swarm.Node(Line);
            return (node, node.AddMagnet(content));
        })];
        swarm.World.Run(TimeSpan.FromSeconds(20));
        swarm.Must(leechers.All(static leecher => leecher.Node.Status(leecher.Id) is { State: TorrentState.FetchingMetadata, HasMetadata: false }), "all wait");
        swarm.Seeder(content, Line);
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(5));
    });

    /// <summary>No tracker, no DHT: they find each other by peer exchange.</summary>
    [Fact]
    public void Fifty_peers_finish_from_one_magnet_and_one_address() => Scenario.Play(3, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [2_000_000]).WithInfoOf(100_000, swarm.World.Fork());
        var line = new SimLinkSettings { UploadRate = 1_000_000, DownloadRate = 4_000_000 };

        // It lets in fewer than come: the others must be told of by those who were let in.
        SimNode seeder = swarm.Seeder(content, line, new SimNodeSettings { Adapt = static settings => settings with { MaxConnectionsPerTorrent = 20 } });
        (SimNode Node, TorrentId Id)[] leechers = [.. Enumerable.Range(0, 50).Select(_ =>
        {
            SimNode node = swarm.Node(line);
            return (node, node.AddMagnet(content, spec => spec with { Peers = [seeder.Endpoint] }));
        })];
        foreach ((SimNode node, TorrentId id) in leechers)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(15));
    });

    [Fact]
    public void What_private_metadata_forbids_is_given_up_when_it_is_known() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [500_000]).With(static metainfo => metainfo with { IsPrivate = true });
        var named = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node(Line);
        TorrentId id = leecher.AddMagnet(content, spec => spec with { Peers = [named.Endpoint] });
        var stranger = new MetadataPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        stranger.Dial(leecher.Endpoint);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(leecher.Notices.OfType<PeerClosedNotice>().Any(closed => closed.Endpoint.Address.Equals(stranger.Endpoint.Address)), "who came from nowhere is let go");
    });

    private static SimContent Large(SimSwarm swarm, int infoSize) => SimContent.Make(swarm.World.Fork(), 32 * 1024, [400_000]).WithInfoOf(infoSize, swarm.World.Fork());

    private static TPeer[] Peers<TPeer>(int count, Func<TPeer> make) => [.. Enumerable.Range(0, count).Select(_ => make())];

    private static IPEndPoint[] Endpoints(IEnumerable<ScriptedPeer> peers) => [.. peers.Select(static peer => peer.Endpoint)];
}
