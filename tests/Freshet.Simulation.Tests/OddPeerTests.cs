using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Peers that are honest in part, slow, fickle or rude: the download goes on with the others.</summary>
public sealed class OddPeerTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000 };

    [Fact]
    public void Peers_that_reject_every_request_are_given_up() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        Rejecter[] rejecters = [.. Enumerable.Range(0, 3).Select(_ => new Rejecter(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. rejecters.Select(static peer => peer.Endpoint), honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(rejecters.Sum(static peer => peer.Rejected) <= 3 * 500, "request and reject are not played without end");
    });

    [Fact]
    public void Blocks_of_a_wrong_length_or_unasked_are_never_kept() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        WrongLengthSender[] wrong = [.. Enumerable.Range(0, 3).Select(_ => new WrongLengthSender(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        Pusher[] pushers = [.. Enumerable.Range(0, 2).Select(_ => new Pusher(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(wrong.Select(static peer => peer.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with
        {
            Peers = [.. wrong.Select(static peer => peer.Endpoint), .. pushers.Select(static peer => peer.Endpoint), honest.Endpoint],
        });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(wrong.Sum(static peer => peer.Sent) > 0, "wrong lengths were sent");
        swarm.Must(leecher.Status(id).HashFailures == 0, "no such block got into a piece");
    });

    [Fact]
    public void A_peer_whose_pieces_come_and_go_is_used_for_what_it_has() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [1_500_000]);
        Wobbler[] wobblers = [.. Enumerable.Range(0, 2).Select(_ =>
            new Wobbler(swarm.World, swarm.Network, swarm.NextAddress(), content, TimeSpan.FromMilliseconds(40), new SimLinkSettings { UploadRate = 200_000 }))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. wobblers.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        swarm.Must(wobblers.Sum(static peer => peer.Losses) > 0, "pieces were lost on the way");
    });

    [Fact]
    public void A_peer_that_sits_on_the_last_blocks_does_not_hold_up_the_end() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        var dawdler = new Dawdler(swarm.World, swarm.Network, swarm.NextAddress(), content, TimeSpan.FromSeconds(50));
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [dawdler.Endpoint, honest.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromSeconds(6));
        swarm.Must(leecher.Status(id).Wasted <= 64 * BlockRange.BlockLength, "little came twice");
    });

    [Fact]
    public void A_peer_that_queues_few_requests_is_never_asked_for_more_at_once() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        ModestPeer[] modest = [.. Enumerable.Range(1, 3).Select(requests =>
            new ModestPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, requests * (1 + swarm.World.Random.Next(3)), Line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. modest.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(modest.All(static peer => peer.Served > 0), "each was used");
    });

    [Fact]
    public void A_crowd_that_drops_and_spoils_a_fifth_of_its_blocks_harms_no_honest_peer() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        var line = new SimLinkSettings { UploadRate = 300_000, Latency = TimeSpan.FromMilliseconds(10 + swarm.World.Random.Next(60)) };
        Poisoner[] broken = [.. Enumerable.Range(0, 24).Select(_ =>
            new Poisoner(swarm.World, swarm.Network, swarm.NextAddress(), content, wrong: 0.2, dropped: 0.2, link: line))];
        ScriptedPeer[] honest = [.. Enumerable.Range(0, 8).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, line))];
        SimNode leecher = swarm.Node();
        leecher.Checks.Villains.UnionWith(broken.Select(static peer => peer.Endpoint.Address));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. broken.Select(static peer => peer.Endpoint), .. honest.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(20));
    });
}
