using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Limits: each is kept to in a whole swarm, and none makes a peer give up, ours or another's.</summary>
public sealed class RateLimitTests
{
    private const int KiB = 1024;
    private static readonly SimLinkSettings Fast = new() { UploadRate = 50_000_000, DownloadRate = 50_000_000, Latency = TimeSpan.FromMilliseconds(15) };

    [Fact]
    public void At_1_KiB_a_second_blocks_come_in_slices_and_nobody_is_given_up() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * KiB, [100 * KiB]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast))];
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, KiB)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(leecher, id, TimeSpan.FromSeconds(150));
        swarm.Must(swarm.World.Now.TotalSeconds >= 80, $"100 KiB take at least 84 s but for the first burst ({swarm.World.Now.TotalSeconds} s)");
        swarm.Must(!TimedOut(leecher), "nobody was given up");
        swarm.Must(leecher.Status(id).Wasted <= 3 * BlockRange.BlockLength, $"little was fetched twice ({leecher.Status(id).Wasted} bytes)");
    });

    [Fact]
    public void Forty_peers_at_10_KiB_a_second_take_turns_and_nobody_times_out() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * KiB, [2 * 1024 * KiB]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 40).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast))];
        SimNodeSettings slow = Limited(new TransferLimits(null, 10 * KiB));
        SimNode leecher = swarm.Node(Fast, slow with { Adapt = settings => slow.Adapt!(settings) with { PeerTimeout = TimeSpan.FromSeconds(30) } });
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });

        // A block of each peer takes 64 s: longer than a peer may bring nothing, and than a request may wait, were it the peer's own doing.
        swarm.World.Run(TimeSpan.FromMinutes(4));
        swarm.Must(!TimedOut(leecher), "nobody was given up");
        swarm.Must(leecher.Peers(id).Count == 40, "all are still there");
        swarm.Must(leecher.Peers(id).All(static peer => peer.Downloaded > 0), "each brought something");
        swarm.Must(leecher.Peers(id).All(static peer => peer.OutstandingRequests <= 4), "no queue is longer than what the limit lets in soon");
        long rate = leecher.Status(id).Downloaded / 240;
        swarm.Must(rate <= 10 * KiB * 1.03, $"the limit held ({rate} B/s)");

    });

    [Theory]
    [InlineData(64 * KiB, 1)]
    [InlineData(256 * KiB, 8)]
    [InlineData(1024 * KiB, 3)]
    public void A_leechers_limit_is_kept_to_and_used_up(int rate, int peers) => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * KiB, [18L * rate]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, peers).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast))];
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, rate)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        MustKeepTo(swarm, rate, () => leecher.Status(id).Downloaded);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(2));
        swarm.Must(!TimedOut(leecher), "nobody was given up");
    });

    [Theory]
    [InlineData(64 * KiB, 2)]
    [InlineData(512 * KiB, 6)]
    public void A_seeders_limit_is_kept_to_and_used_up(int rate, int leechers) => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * KiB, [17L * rate]);
        SimNode seeder = swarm.Seeder(content, Fast, Limited(new TransferLimits(rate, null)));
        swarm.World.Run(TimeSpan.FromSeconds(2));
        SimNode[] nodes = [.. Enumerable.Range(0, leechers).Select(_ => swarm.Node(Fast))];
        foreach (SimNode node in nodes)
            node.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        TorrentId id = seeder.Contents.Keys.Single();
        MustKeepTo(swarm, rate, () => seeder.Status(id).Uploaded);
        swarm.Must(nodes.All(static node => !TimedOut(node)) && !TimedOut(seeder), "nobody was given up");
    });

    [Fact]
    public void Limits_that_change_hold_at_once_and_lifted_ones_are_gone() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * KiB, [16L * 1024 * KiB]);
        SimNode seeder = swarm.Seeder(content, Fast);
        swarm.World.Run(TimeSpan.FromSeconds(2));
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, 256 * KiB)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        MustKeepTo(swarm, 256 * KiB, () => leecher.Status(id).Downloaded);
        leecher.Command((engine, now) => engine.Limit(id, new TorrentLimits { Whole = new TransferLimits(null, 64 * KiB) }, now));
        MustKeepTo(swarm, 64 * KiB, () => leecher.Status(id).Downloaded);
        leecher.Command((engine, now) => engine.Limit(id, new TorrentLimits { EachPeer = new TransferLimits(null, 32 * KiB) }, now));
        MustKeepTo(swarm, 32 * KiB, () => leecher.Status(id).Downloaded);
        leecher.Command((engine, now) => engine.Limit(id, TorrentLimits.None, now));
        Switch(leecher, static limits => limits with { UseAlternative = true, Alternative = new TransferLimits(null, 512 * KiB) });
        MustKeepTo(swarm, 512 * KiB, () => leecher.Status(id).Downloaded);
        Switch(leecher, static limits => limits with { UseAlternative = false, Normal = TransferLimits.None });
        swarm.MustComplete(leecher, id, TimeSpan.FromSeconds(30));
    });

    [Fact]
    public void Local_peers_are_limited_too_unless_they_are_exempt() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * KiB, [16L * 1024 * KiB]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, IPAddress.Parse("192.168.1.5"), content, Fast);
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, 128 * KiB)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        MustKeepTo(swarm, 128 * KiB, () => leecher.Status(id).Downloaded);
        Switch(leecher, static limits => limits with { ExemptLocal = true });
        swarm.MustComplete(leecher, id, TimeSpan.FromSeconds(30));
    });

    [Fact]
    public void Who_fills_the_limit_with_what_nobody_asked_for_is_not_waited_for() => Scenario.Play(5, swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * KiB, [400 * KiB]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast);
        var hog = new Chatterer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast);
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, 16 * KiB)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint, hog.Endpoint] });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void Who_says_a_byte_and_hangs_up_takes_nothing_of_the_limit_with_it() => Scenario.Play(5, swarm =>
    {
        const int Rate = 256 * KiB;
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * KiB, [18L * Rate]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast);
        SimNode leecher = swarm.Node(Fast, Limited(new TransferLimits(null, Rate)));
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        for (int i = 0; i < 8; i++)
            new HangerUp(swarm.World, swarm.Network, swarm.NextAddress(), content, Fast).Pester(leecher.Endpoint, TimeSpan.FromMilliseconds(100 + i));
        swarm.World.Run(TimeSpan.FromSeconds(5));
        swarm.World.Run(TimeSpan.FromSeconds(1));
        long before = leecher.Status(id).Downloaded;
        swarm.World.Run(TimeSpan.FromSeconds(10));
        long taken = leecher.Status(id).Downloaded - before;
        swarm.Must(taken >= 0.9 * Rate * 10, $"the limit is for those who bring something ({taken / 10} B/s)");
        swarm.Must(taken <= 1.03 * Rate * 10, $"the limit holds ({taken / 10} B/s)");
    });

    private static SimNodeSettings Limited(TransferLimits limits)
        => new() { Adapt = settings => settings with { Limits = new SessionLimits { Normal = limits } } };

    private static void Switch(SimNode node, Func<SessionLimits, SessionLimits> change)
        => node.Command((engine, now) => engine.Apply(engine.Settings with { Limits = change(engine.Settings.Limits) }, now));

    private static bool TimedOut(SimNode node)
        => node.Notices.OfType<PeerClosedNotice>().Any(static closed => closed.Reason is DisconnectReason.PeerTimeout or DisconnectReason.ProtocolError);

    /// <summary>Ten seconds of a limit: within 3 %, or a block; and one more, because blocks are counted where they end.</summary>
    private static void MustKeepTo(SimSwarm swarm, long rate, Func<long> total)
    {
        swarm.World.Run(TimeSpan.FromSeconds(1));
        long before = total();
        swarm.World.Run(TimeSpan.FromSeconds(10));
        long taken = total() - before;
        double tolerance = Math.Max(0.03 * rate * 10, BlockRange.BlockLength) + BlockRange.BlockLength;
        swarm.Must(Math.Abs(taken - (rate * 10)) <= tolerance, $"{rate} B/s hold ({taken / 10} B/s)");
    }
}
