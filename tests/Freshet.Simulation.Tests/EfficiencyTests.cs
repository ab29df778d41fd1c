using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>
/// One seeder and leechers that begin together, all with the same limit on what they send: how near the swarm comes to the least time in which that is possible at all
/// (docs/choking.md), and how often the seeder sends what it has sent before.
/// </summary>
public sealed class EfficiencyTests
{
    private const int KiB = 1024;
    private const int Rate = 128 * KiB;
    private const int PieceLength = 32 * KiB;
    private const long Size = 8 * 1024 * KiB;

    /// <summary>Of the bound. libtorrent takes 1.71.</summary>
    private const double MostTime = 1.25;

    /// <summary>Of the content. libtorrent sends 1.60.</summary>
    private const double MostCopies = 1.15;

    private const int UsualCrowd = 20;

    private static readonly SimLinkSettings Line = new() { UploadRate = 10_000_000, DownloadRate = 10_000_000 };

    [Fact]
    public void Eight_leechers_finish_together_and_the_seeder_sends_each_piece_about_once()
        => Scenario.Play(swarm => Finish(swarm, leechers: 8, Size, MostTime, MostCopies));

    /// <summary>Four seeds, each as much work as twenty swarms of eight; more by FRESHET_SIM_SEEDS.</summary>
    [Fact]
    public void Fifty_leechers_finish_together_and_the_seeder_sends_each_piece_about_once()
        => Scenario.Play(4, swarm => Finish(swarm, leechers: 50, Size, MostTime, MostCopies));

    /// <summary>
    /// As many as FRESHET_SIM_CROWD says: 1000 are for a machine and some minutes of its own. Nobody is connected to more than a tenth of such a swarm; the content is small to fit into
    /// memory so many times, and in so few pieces the beginning and the end weigh more.
    /// </summary>
    [Fact]
    public void A_crowd_as_large_as_is_asked_for_finishes_together()
    {
        int leechers = int.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_CROWD"), out int asked) ? asked : UsualCrowd;
        Scenario.Play(1, swarm =>
        {
            // Each tells a hundred others of each piece.
            swarm.World.MostHappenings = Math.Max(swarm.World.MostHappenings, 1_000_000L * leechers);
            Finish(swarm, leechers, 2 * 1024 * KiB, mostTime: 2.5, mostCopies: 2, pieceLength: 16 * KiB);
        });
    }

    /// <summary>BEP 16 promises that the seeder sends little more than one copy, not that anyone is fast.</summary>
    [Fact]
    public void A_super_seeder_sends_each_piece_about_once() => Scenario.Play(10, swarm =>
    {
        SimNode freeRider = null!;
        Finish(swarm, leechers: 6, 2 * 1024 * KiB, mostTime: 6, MostCopies, superSeeds: true, joins: (content, announce) =>
        {
            freeRider = swarm.Node(Line, new SimNodeSettings { Adapt = static settings => settings with { UploadSlots = 0 } });
            freeRider.Add(content);
        });

        // It passes nothing on but by the allowed-fast sets, so the seeder gives it no more than a piece or two beyond those.
        long given = swarm.Nodes[0].Peers(swarm.Nodes[0].Contents.Keys.First())
            .Where(peer => peer.Endpoint.Address.Equals(freeRider.Address)).Sum(static peer => peer.Uploaded);
        swarm.Must(given <= 20 * PieceLength, $"who passes nothing on gets little ({given} bytes)");
    });

    private static void Finish(
        SimSwarm swarm, int leechers, long size, double mostTime, double mostCopies, bool superSeeds = false, int pieceLength = PieceLength, Action<SimContent, string>? joins = null)
    {
        const string Announce = "http://tracker.example/announce";
        swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), pieceLength, [size], Announce);
        var settings = new SimNodeSettings
        {
            Adapt = static settings => settings with { Limits = new SessionLimits { Normal = new TransferLimits(Up: Rate, Down: null) } },
        };
        SimNode seeder = swarm.Node(Line, settings);
        swarm.Fill(seeder.Disk, content);
        TorrentId atSeeder = seeder.Add(content, spec => spec with { SuperSeeding = superSeeds });
        swarm.World.Run(TimeSpan.FromSeconds(5));
        MonoTime start = swarm.World.Now;
        (SimNode Node, TorrentId Id)[] all = [.. Enumerable.Range(0, leechers).Select(_ =>
        {
            SimNode node = swarm.Node(Line, settings);
            return (node, node.Add(content));
        })];
        joins?.Invoke(content, Announce);

        // What must leave the seeder once at its rate, or what all must receive at the rate of all: whichever takes longer.
        double bound = Math.Max((double)size / Rate, (double)leechers * size / ((leechers + 1.0) * Rate));
        while (!Array.TrueForAll(all, leecher => leecher.Node.IsFinished(leecher.Id)) && (swarm.World.Now - start).TotalSeconds < bound * mostTime)
            swarm.World.Run(TimeSpan.FromMilliseconds(250));
        double time = (swarm.World.Now - start).TotalSeconds / bound;
        double copies = (double)seeder.Status(atSeeder).Uploaded / size;
        foreach ((SimNode node, TorrentId id) in all)
            node.Checks.MustBeComplete(id);
        swarm.Must(time <= mostTime, $"all are complete within {mostTime} of the bound ({time:0.000})");
        swarm.Must(copies <= mostCopies, $"the seeder sends at most {mostCopies} copies ({copies:0.000})");
        Report($"{leechers} leechers, seed {swarm.World.Seed}: {time:0.000} of the bound, {copies:0.000} copies, {swarm.World.Happenings:N0} happenings");
    }

    private static void Report(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
