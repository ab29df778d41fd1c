using Freshet.Core;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>
/// Plays a scenario with many seeds. A failure names its seed; FRESHET_SIM_SEED plays that one alone, FRESHET_SIM_SEEDS another number of them.
/// </summary>
internal static class Scenario
{
    private const int UsualSeeds = 20;

    public static void Play(Action<SimSwarm> scenario) => Play(UsualSeeds, scenario);

    public static void Play(int usualSeeds, Action<SimSwarm> scenario)
    {
        if (Environment.GetEnvironmentVariable("FRESHET_SIM_SEED") is { } only)
        {
            PlayOne(scenario, ulong.Parse(only));
            return;
        }

        int seeds = int.TryParse(Environment.GetEnvironmentVariable("FRESHET_SIM_SEEDS"), out int wished) ? wished : usualSeeds;
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            try
            {
                PlayOne(scenario, seed);
            }
            catch (Exception e) when (e is not SimulationException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    /// <summary>Plays one seed; at its end every node that lives stops, and everything it borrowed must be back.</summary>
    private static void PlayOne(Action<SimSwarm> scenario, ulong seed)
    {
        var swarm = new SimSwarm(seed);
        scenario(swarm);
        SimNode[] alive = [.. swarm.Nodes.Where(static node => node.IsAlive)];
        foreach (SimNode node in alive)
            node.Command(static (engine, now) => engine.Shutdown(now));
        swarm.World.RunUntil(() => Array.TrueForAll(alive, static node => node.IsQuiet && node.Pool.RentedBlocks == 0), TimeSpan.FromMinutes(1));
        foreach (SimNode node in alive)
        {
            swarm.Must(node.IsQuiet, $"{node.Address} stops");
            swarm.Must(node.Pool.RentedBlocks == 0, $"{node.Address} gives all memory back ({node.Pool.RentedBlocks} blocks are out)");
        }
    }

    /// <summary>Waits until a node has everything, then compares every byte and the memory.</summary>
    public static void MustComplete(this SimSwarm swarm, SimNode node, TorrentId id, TimeSpan limit)
    {
        swarm.World.RunUntil(() => node.IsFinished(id), limit);
        node.Checks.MustBeComplete(id);
    }

    /// <summary>Fails the scenario where something does not hold.</summary>
    public static void Must(this SimSwarm swarm, bool holds, string what)
    {
        if (!holds)
            throw new SimulationException(swarm.World, "it does not hold that " + what);
    }

    /// <summary>Some lengths of files, odd and empty ones among them.</summary>
    public static long[] OddFiles(this SimSwarm swarm, int count, int most)
        => [.. Enumerable.Range(0, count).Select(i => i % 5 == 3 ? 0L : 1 + swarm.World.Random.Next(most))];

    /// <summary>A few files of a torrent, at least one that is not empty.</summary>
    public static IReadOnlyList<FileIndex> SomeFiles(this SimSwarm swarm, SimContent content)
    {
        SeededRandom random = swarm.World.Random;
        FileIndex[] full = [.. content.Layout.Files.Where(static file => file.Length > 0).Select(static file => file.Index)];
        return [full[random.Next(full.Length)], .. content.Layout.Files.Where(_ => random.Chance(0.3)).Select(static file => file.Index)];
    }
}
