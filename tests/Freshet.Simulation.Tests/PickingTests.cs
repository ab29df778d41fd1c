using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Engine.Statistics;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>In which order pieces are fetched: strategies and priorities that change while it runs, and slow peers whose blocks others take over.</summary>
public sealed class PickingTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000, Latency = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public void What_was_asked_of_a_slow_peer_is_taken_over_by_a_fast_one_before_the_end_game() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [128 * 64 * 1024]);
        (Bitfield shared, Bitfield rest) = (new Bitfield(128), new Bitfield(128));
        for (int piece = 0; piece < 128; piece++)
            (piece < 64 ? shared : rest)[piece] = true;
        PartialSeeder Peer(Bitfield pieces, double rate) => new(
            swarm.World, swarm.Network, swarm.NextAddress(), content, pieces, new SimLinkSettings { UploadRate = rate, Latency = TimeSpan.FromMilliseconds(10) });
        PartialSeeder[] peers = [Peer(shared, 20_000), Peer(shared, 1_000_000), Peer(rest, 100_000)];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. peers.Select(static peer => peer.Endpoint)] });

        // The slow one's first window alone would take it half a minute; the rest is still being fetched, so that there is no end-game.
        swarm.World.RunUntil(() => Missing(leecher, id, shared) == 0, TimeSpan.FromMinutes(2));
        swarm.Must(swarm.World.Now < MonoTime.Zero + TimeSpan.FromSeconds(20), $"the shared half is here after {swarm.World.Now} s");
        swarm.Must(Missing(leecher, id, rest) > 20, "the other half is not");
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(5));
        TorrentSnapshot status = leecher.Status(id);
        swarm.Must(status.Downloaded == content.Layout.TotalLength + status.Wasted, $"{status.Wasted} bytes received twice are counted, and no others");

        // The slow one has answered its first window into its line before any CANCEL can reach it: that much is received twice, and no more.
        swarm.Must(status.Wasted <= (RequestWindow.StartDepth + PiecePicker.EndGameDepth) * BlockRange.BlockLength, $"few are received twice ({status.Wasted})");
    });

    [Theory]
    [InlineData(PickStrategy.RandomRarest)]
    [InlineData(PickStrategy.Random)]
    [InlineData(PickStrategy.Smart)]
    public void Every_strategy_gets_everything_from_unequal_peers(PickStrategy strategy) => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 128 * 1024, [4_000_000]);
        ScriptedPeer[] peers = [.. Enumerable.Range(0, 6).Select(i => new ScriptedPeer(
            swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 20_000 << i, Latency = TimeSpan.FromMilliseconds(10 * i) }))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. peers.Select(static peer => peer.Endpoint)], Strategy = strategy });

        // 1.26 MB/s together: 3.2 s; slow starts and slow tails cost some more.
        swarm.MustComplete(leecher, id, TimeSpan.FromSeconds(12));
    });

    [Fact]
    public void A_strategy_that_is_switched_to_counts_at_once() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [6_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [seeder.Endpoint] });
        swarm.World.RunUntil(() => leecher.Checks.PiecesDone >= 20, TimeSpan.FromMinutes(1));
        leecher.Command((engine, _) => engine.SetStrategy(id, PickStrategy.Sequential));

        // What is on its way comes first: a second of rate, 15 pieces.
        swarm.World.RunUntil(() => leecher.Checks.PiecesDone >= 60, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Pieces(id).NextClear(0) >= 18, $"the first gap is at {leecher.Pieces(id).NextClear(0)}");
        leecher.Command((engine, _) => engine.SetStrategy(id, PickStrategy.Smart));
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Status(id).Wasted == 0, "nothing is fetched twice");
    });

    [Fact]
    public void A_file_that_becomes_urgent_comes_before_all_others_and_one_that_is_skipped_waits() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000, 1_000_000, 3_000_000, 1_000_000]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 2).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.World.RunUntil(() => leecher.Checks.PiecesDone >= 15, TimeSpan.FromMinutes(1));
        leecher.SetPriorities(id, [FilePriority.Normal, FilePriority.High, FilePriority.Low, FilePriority.Skip]);
        int before = leecher.Checks.PiecesDone;
        Bitfield urgent = PiecesOf(content, 1);
        int missing = Missing(leecher, id, urgent);
        swarm.World.RunUntil(() => Missing(leecher, id, urgent) == 0, TimeSpan.FromMinutes(1));

        // What is on its way comes too: a second of rate of two peers, 30 pieces, and what their windows grew by.
        swarm.Must(leecher.Checks.PiecesDone - before <= missing + 40, $"{leecher.Checks.PiecesDone - before} pieces came while {missing} were urgent");
        swarm.World.RunUntil(() => leecher.IsFinished(id), TimeSpan.FromMinutes(1));
        swarm.Must(leecher.IsFinished(id), "what is wanted comes");
        swarm.Must(Missing(leecher, id, PiecesOf(content, 3)) > 0, "what is skipped does not");
        TorrentSnapshot status = leecher.Status(id);
        long wanted = Enumerable.Range(0, content.Layout.PieceCount).Where(piece => leecher.Wanted(id)[piece]).Sum(piece => content.Layout.LengthOf(new PieceIndex(piece)));
        swarm.Must(status.WantedBytes == wanted && status.LeftBytes == 0, "the wanted bytes are counted");
        leecher.SetPriorities(id, null);
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Status(id).Downloaded == content.Layout.TotalLength + leecher.Status(id).Wasted, "nothing that was here was fetched again");
    });

    [Fact]
    public void A_picker_that_throws_or_proposes_nonsense_after_a_while_is_said_once_and_costs_nothing() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [3_000_000]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode leecher = swarm.Node();
        TorrentId id = leecher.Add(content, spec => spec with
        {
            Peers = [.. seeders.Select(static seeder => seeder.Endpoint)],
            Picker = new Mutineer(swarm.World.Fork()),
            Strategy = PickStrategy.Sequential,
        });
        swarm.MustComplete(leecher, id, TimeSpan.FromMinutes(1));
        swarm.Must(leecher.Notices.OfType<PickerFailedNotice>().Count() == 1, "it is said once");
    });

    private static Bitfield PiecesOf(SimContent content, int file)
    {
        var pieces = new Bitfield(content.Layout.PieceCount);
        (PieceIndex first, PieceIndex last) = content.Layout.PiecesOf(new FileIndex(file));
        for (int piece = first.Value; piece <= last.Value; piece++)
            pieces[piece] = true;
        return pieces;
    }

    /// <summary>Serves well for a while, then as badly as can be.</summary>
    private sealed class Mutineer(SeededRandom random) : IPiecePicker
    {
        private readonly bool _throws = random.Chance(0.5);
        private int _patience = random.Next(30);

        public PieceIndex? Choose(IPieceView view)
        {
            if (_patience-- > 0)
                return random.Chance(0.2) ? null : view.NextFrom(new PieceIndex(random.Next(view.Layout.PieceCount)));
            return _throws ? throw new InvalidOperationException("no more") : new PieceIndex(random.Next(int.MaxValue) - 1_000_000);
        }
    }

    private static int Missing(SimNode node, TorrentId id, Bitfield of)
    {
        Bitfield have = node.Pieces(id);
        return Enumerable.Range(0, of.Length).Count(piece => of[piece] && !have[piece]);
    }
}
