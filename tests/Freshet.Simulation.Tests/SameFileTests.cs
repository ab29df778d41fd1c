using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Statistics;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Files that several torrents of a session have in common are fetched once (docs/same-file.md).</summary>
public sealed class SameFileTests
{
    private const int Common = 3_000_000;
    private static readonly SimLinkSettings Line = new() { UploadRate = 200_000 };

    public static TheoryData<TorrentVersion, TorrentVersion, int, int> Pairs => new()
    {
        { TorrentVersion.V2, TorrentVersion.V2, 64 * 1024, 64 * 1024 },
        { TorrentVersion.V2, TorrentVersion.V2, 32 * 1024, 128 * 1024 },
        { TorrentVersion.V2, TorrentVersion.V2, 128 * 1024, 32 * 1024 },
        { TorrentVersion.Hybrid, TorrentVersion.V2, 64 * 1024, 64 * 1024 },
        { TorrentVersion.Hybrid, TorrentVersion.Hybrid, 64 * 1024, 128 * 1024 },
        { TorrentVersion.V1, TorrentVersion.Hybrid, 64 * 1024, 64 * 1024 },
        { TorrentVersion.V1, TorrentVersion.V1, 32 * 1024, 64 * 1024 },
    };

    /// <summary>What is here before the first request is not fetched: only what is not shared comes from peers, and pieces that hold bytes of both.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_file_that_another_torrent_has_is_not_fetched_again(TorrentVersion first, TorrentVersion second, int firstPiece, int secondPiece) => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, int own) = Make(swarm, first, second, firstPiece, secondPiece);
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        TorrentId other = Add(swarm, node, two, 2);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
        swarm.Must(Fetched(node, other) <= own + (2 * secondPiece), $"only {own} bytes are fetched, not {Fetched(node, other)}");
        swarm.Must(node.Status(other).TakenThisRun >= Common - (2 * secondPiece), "the rest is taken");
        swarm.Must(node.Notices.OfType<FileTakenNotice>().Any(notice => notice.Torrent == other && notice.Giver == id), "it is said from where");
    });

    /// <summary>Two that fetch the same share the work: what one has begun the other waits for.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Two_torrents_that_fetch_a_file_fetch_it_once(TorrentVersion first, TorrentVersion second, int firstPiece, int secondPiece) => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, int own) = Make(swarm, first, second, firstPiece, secondPiece);
        SimNode node = swarm.Node();
        TorrentId id = Add(swarm, node, one, 2);
        swarm.World.Run(TimeSpan.FromSeconds(swarm.World.Random.NextDouble() * 2));
        TorrentId other = Add(swarm, node, two, 2);
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(5));
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
        long fetched = Fetched(node, id) + Fetched(node, other);
        long all = one.Layout.TotalLength + own;

        // Until the first piece has proved it nobody knows that a file of v1 is the same; and what both have begun at once both finish.
        bool isKnown = first != TorrentVersion.V1 && second != TorrentVersion.V1;
        swarm.Must(fetched < all + (isKnown ? Common / 3 : Common * 3 / 5), $"{all} bytes are fetched, and little twice, not {fetched}");
    });

    /// <summary>A root costs nothing to claim: what comes of it is proved like any stranger's bytes, and the true ones come from peers.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_claims_anothers_root_gets_nothing_wrong_into_it(bool damages) => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, _) = Make(swarm, TorrentVersion.V1, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        SimContent liar = damages ? one : Claiming(swarm, two);
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, liar);
        TorrentId id = Add(swarm, node, liar, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        for (int i = 0; i < 2_000 && damages; i++)
            node.Disk.FilesOf(liar.Metainfo).Rot(swarm.World.Random);
        TorrentId other = Add(swarm, node, two, 2);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));

        // Three wrong ones, and what was on its way to be proved when the third was.
        swarm.Must(node.Status(other).HashFailures is > 0 and <= 16, $"what is wrong is noticed, and soon not tried any more ({node.Status(other).HashFailures})");
        node.Checks.MustBeTrue(other);
    });

    /// <summary>A kill while pieces are copied: what is half copied is proved or fetched, nothing wrong is had.</summary>
    [Fact]
    public void A_kill_in_the_middle_of_copies_costs_no_wrong_byte() => Scenario.Play(swarm =>
    {
        (SimContent one, SimContent two, _) = Make(swarm, TorrentVersion.Hybrid, TorrentVersion.V2, 64 * 1024, 32 * 1024);
        SimNode node = swarm.Node();
        node.Disk.Settings.Rate = 2_000_000;
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        TorrentId other = Add(swarm, node, two, 1);
        swarm.World.RunUntil(() => node.Status(other).TakenThisRun > 100_000, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromSeconds(swarm.World.Random.NextDouble()));
        node.Kill();
        swarm.World.Run(TimeSpan.FromSeconds(5));
        SimNode again = swarm.Restart(node);
        other = Add(swarm, again, two, 1);
        again.Checks.MustBeTrue(other);
        Add(swarm, again, one, 0);
        swarm.MustComplete(again, other, TimeSpan.FromMinutes(5));
    });

    /// <summary>Whoever waits for another torrent does not wait for ever: it stops, is removed, or has no peers any more.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_torrent_goes_on_by_itself_when_the_other_does_not(int how) => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, _) = Make(swarm, TorrentVersion.V2, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        SimNode node = swarm.Node();
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), one, Line);
        TorrentId id = Add(swarm, node, one, 0, spec => spec with { Peers = [seeder.Endpoint] });
        TorrentId other = Add(swarm, node, two, 1);
        swarm.World.RunUntil(() => node.Status(id).PiecesDone > 5, TimeSpan.FromMinutes(1));
        if (how == 0)
            node.Command((engine, now) => engine.Stop(id, now));
        else if (how == 1)
            node.Command((engine, now) => engine.RemoveTorrent(id, now));
        else
            swarm.Network.Remove(seeder.Endpoint.Address);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
    });

    /// <summary>What a private tracker's torrents have is nobody's business, and its peers count what was fetched of them.</summary>
    [Theory]
    [InlineData(ReuseScope.Public, true, false)]
    [InlineData(ReuseScope.Public, false, true)]
    [InlineData(ReuseScope.Off, false, true)]
    [InlineData(ReuseScope.All, true, true)]
    public void A_private_torrent_takes_and_gives_only_when_asked_to(ReuseScope scope, bool isPrivate, bool takes) => Scenario.Play(2, swarm =>
    {
        (SimContent one, SimContent two, _) = Make(swarm, TorrentVersion.V2, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        one = one.With(metainfo => metainfo with { IsPrivate = isPrivate });
        SimNode node = swarm.Node(settings: new SimNodeSettings { Adapt = settings => settings with { Reuse = settings.Reuse with { Scope = scope } } });
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        TorrentId other = Add(swarm, node, two, 2);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
        swarm.Must(node.Status(other).TakenThisRun > 0 == (takes && scope != ReuseScope.Off), "it takes only what it may");
    });

    /// <summary>BEP 38: a seed that sleeps is woken for a torrent that calls it similar, gives what it has, and sleeps again.</summary>
    [Fact]
    public void A_similar_torrent_that_sleeps_is_woken_and_sleeps_again() => Scenario.Play(4, swarm =>
    {
        (SimContent one, SimContent two, int own) = Make(swarm, TorrentVersion.Hybrid, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        two = two.With(metainfo => metainfo with { SimilarTorrents = [one.Metainfo.Hashes.V1!.Value] });
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0, spec => spec with { MaySleep = true });
        swarm.World.Run(TimeSpan.FromMinutes(3));
        long needed = node.Notices.OfType<TorrentNeededNotice>().Count();
        TorrentId other = Add(swarm, node, two, 2);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
        swarm.Must(node.Notices.OfType<TorrentNeededNotice>().Count() == needed + 1, "it is woken once");
        swarm.Must(Fetched(node, other) <= own + (Common / 5), $"it is taken from ({Fetched(node, other)} bytes were fetched)");
        swarm.World.Run(TimeSpan.FromMinutes(5));
        EngineWork settled = node.Work;
        swarm.World.Run(TimeSpan.FromHours(1));
        swarm.Must(node.Status(id).State == TorrentState.Seeding, "it goes on seeding");
        swarm.Must((node.Work - settled).Deadlines < 100, "nothing watches it any more");
    });

    /// <summary>Nothing of a file that is not wanted is taken, and what was skipped is when it is wanted.</summary>
    [Fact]
    public void A_skipped_file_is_taken_when_it_is_wanted() => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, int own) = Make(swarm, TorrentVersion.Hybrid, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        TorrentId other = Add(swarm, node, two, 2, spec => spec with { Priorities = two.Only([new FileIndex(0)]) });
        swarm.World.RunUntil(() => node.IsFinished(other), TimeSpan.FromMinutes(1));
        swarm.Must(node.Status(other).TakenThisRun == 0, "nothing is taken of what is not wanted");
        node.Select(other, null);
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
        swarm.Must(Fetched(node, other) <= own + (64 * 1024), "it is taken, not fetched");
    });

    /// <summary>The disk has no room for a copy: it waits, like a download, until there is some.</summary>
    [Fact]
    public void A_full_disk_is_waited_for() => Scenario.Play(8, swarm =>
    {
        (SimContent one, SimContent two, _) = Make(swarm, TorrentVersion.V2, TorrentVersion.V2, 64 * 1024, 64 * 1024);
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, one);
        TorrentId id = Add(swarm, node, one, 0);
        swarm.World.RunUntil(() => node.Find(id) is { State: TorrentState.Seeding }, TimeSpan.FromMinutes(1));
        node.Disk.Settings.Capacity = node.Disk.FilesOf(one.Metainfo).Used + 1_000_000;
        TorrentId other = Add(swarm, node, two, 1);
        swarm.World.Run(TimeSpan.FromSeconds(30));
        swarm.Must(!node.IsFinished(other) && node.Notices.OfType<DiskNotice>().Any(), "the full disk is told of");
        node.Disk.Settings.Capacity = long.MaxValue;
        swarm.MustComplete(node, other, TimeSpan.FromMinutes(5));
    });

    /// <summary>A torrent whose second file claims the root of another's, with bytes of its own: v1 pieces that are right, and a root that is a lie.</summary>
    private static SimContent Claiming(SimSwarm swarm, SimContent victim)
    {
        FileEntry claimed = victim.Layout.Files[1];
        SimContent made = SimContent.Of(swarm.World.Fork(), TorrentVersion.V1, 64 * 1024, Bytes(swarm, 200_001), Bytes(swarm, (int)claimed.Length));
        FileEntry[] files = [.. made.Layout.Files.Select(file => file.Index.Value == 1 ? file with { PiecesRoot = claimed.PiecesRoot } : file)];
        return made.With(metainfo => metainfo with { Layout = new PieceLayout(files, 64 * 1024) });
    }

    private static (SimContent One, SimContent Two, int Own) Make(SimSwarm swarm, TorrentVersion first, TorrentVersion second, int firstPiece, int secondPiece)
    {
        byte[] common = Bytes(swarm, Common + swarm.World.Random.Next(100_000));
        byte[] own = Bytes(swarm, 300_000 + swarm.World.Random.Next(100_000));
        return (SimContent.Of(swarm.World.Fork(), first, firstPiece, Bytes(swarm, 200_001), common),
            SimContent.Of(swarm.World.Fork(), second, secondPiece, own, common),
            own.Length);
    }

    /// <summary>What came from peers, without what any end-game brings twice.</summary>
    private static long Fetched(SimNode node, TorrentId id) => node.Status(id).Downloaded - node.Status(id).Wasted;

    private static byte[] Bytes(SimSwarm swarm, int length)
    {
        byte[] bytes = new byte[length];
        swarm.World.Random.NextBytes(bytes);
        return bytes;
    }

    private static TorrentId Add(SimSwarm swarm, SimNode node, SimContent content, int seeders, Func<TorrentSpec, TorrentSpec>? adapt = null)
    {
        ScriptedPeer[] peers = [.. Enumerable.Range(0, seeders).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        return node.Add(content, spec =>
        {
            spec = spec with { Peers = [.. peers.Select(static peer => peer.Endpoint)] };
            return adapt is null ? spec : adapt(spec);
        });
    }
}
