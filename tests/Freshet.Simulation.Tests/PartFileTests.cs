using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Disk;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Files that are skipped, wanted and skipped again, with the bytes that their pieces share kept aside, through kills and losses of power.</summary>
public sealed class PartFileTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 1_000_000, Latency = TimeSpan.FromMilliseconds(10) };

    [Fact]
    public void A_skipped_file_is_never_made_and_when_it_is_wanted_nothing_is_fetched_twice() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, swarm.OddFiles(14, 150_000));
        IReadOnlyList<FileIndex> first = swarm.SomeFiles(content);
        (SimNode node, TorrentId id) = Begin(swarm, content, swarm.Node(), first);
        var wanted = new HashSet<FileIndex>(first);
        for (int i = 0; i < 4; i++)
        {
            IReadOnlyList<FileIndex> some = swarm.SomeFiles(content);
            wanted.UnionWith(some);
            node.Select(id, some);
            swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMinutes(1));
            swarm.Must(node.IsFinished(id), "what is wanted comes");
            swarm.World.Run(TimeSpan.FromSeconds(1));
            MustNotExist(swarm, node, content, file => !wanted.Contains(file));
            node.Checks.MustBeTrue(id);
        }

        node.Select(id, null);
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromSeconds(1));
        swarm.Must(node.Disk.FilesOf(content.Metainfo).PartLength < 0, "the part file goes with the last file that was skipped");
        swarm.Must(node.Status(id).Downloaded == content.Layout.TotalLength + node.Status(id).Wasted, "nothing is fetched twice");
        swarm.Must(node.Status(id).Wasted <= 16 * BlockRange.BlockLength, $"or nearly ({node.Status(id).Wasted})");
    });

    [Fact]
    public void A_stop_and_a_start_with_skipped_files_hash_and_fetch_nothing_again() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, swarm.OddFiles(14, 150_000));
        IReadOnlyList<FileIndex> some = swarm.SomeFiles(content);
        (SimNode node, TorrentId id) = Begin(swarm, content, swarm.Node(), some);
        swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMinutes(1));
        int pieces = node.Pieces(id).Count;
        node.Command(static (engine, now) => engine.Shutdown(now));
        swarm.World.RunUntil(() => node.IsQuiet, TimeSpan.FromMinutes(1));
        node.Kill();
        bool losesPower = swarm.World.Random.Chance(0.5);
        if (losesPower)
        {
            node.Disk.FilesOf(content.Metainfo).LosePower(swarm.World.Fork());
            node.Store.Reboot();
        }

        long read = node.Disk.BytesRead;
        SimNode again = swarm.Restart(node);
        TorrentId atAgain = again.Add(content, spec => spec with { Priorities = content.Only(some) });
        swarm.World.RunUntil(() => again.IsFinished(atAgain), TimeSpan.FromSeconds(10));
        swarm.Must(again.IsFinished(atAgain) && again.Pieces(atAgain).Count == pieces, "all that was here is known again");
        swarm.Must(again.Disk.BytesRead == read, "without a look");
        again.Checks.MustBeTrue(atAgain);

        // And is given on.
        SimNode other = swarm.Node(Line);
        TorrentId atOther = other.Add(content, spec => spec with { Peers = [again.Endpoint], Priorities = content.Only(some) });
        swarm.World.RunUntil(() => other.IsFinished(atOther), TimeSpan.FromMinutes(1));
        swarm.Must(other.IsFinished(atOther), "pieces at the edges of skipped files are served");
        other.Checks.MustBeTrue(atOther);
    });

    [Fact]
    public void Kills_and_losses_of_power_while_files_move_in_and_out_never_make_wrong_bytes_believed() => Scenario.Play(swarm =>
    {
        SeededRandom random = swarm.World.Fork();
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, swarm.OddFiles(12, 200_000));
        IReadOnlyList<FileIndex> some = swarm.SomeFiles(content);
        var ever = new HashSet<FileIndex>(some);
        (SimNode node, TorrentId id) = Begin(swarm, content, swarm.Node(Line), some);
        for (int i = 0; i < 12; i++)
        {
            node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(random.Chance(0.5) ? 1 : 300);
            swarm.World.Run(TimeSpan.FromMilliseconds(random.Next(1200)));
            if (random.Chance(0.6))
            {
                some = swarm.SomeFiles(content);
                ever.UnionWith(some);
                node.Select(id, some);
                swarm.World.Run(TimeSpan.FromMilliseconds(random.Next(400)));
            }

            if (random.Chance(0.4))
            {
                node.Kill();
                if (random.Chance(0.4))
                {
                    node.Disk.FilesOf(content.Metainfo).LosePower(random);
                    node.Store.Reboot();
                }

                (node, id) = Begin(swarm, content, swarm.Restart(node, Line), some);
            }

            MustNotExist(swarm, node, content, file => !ever.Contains(file));
        }

        node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(1);
        node.Select(id, null);
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void A_full_disk_while_a_file_is_brought_back_is_waited_for() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [100_000, 100_000, 100_000]);
        (SimNode node, TorrentId id) = Begin(swarm, content, swarm.Node(), [new FileIndex(1)]);
        swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMinutes(1));
        node.Disk.Settings.PrepareFails = true;
        node.Select(id, null);
        swarm.World.Run(TimeSpan.FromSeconds(3));
        swarm.Must(node.Status(id).State == TorrentState.Error, "trouble is said");
        node.Checks.MustBeTrue(id);
        node.Disk.Settings.PrepareFails = false;
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(2));
        swarm.Must(node.Disk.FilesOf(content.Metainfo).Exists(new FileIndex(0)), "the file is brought back in the end");
    });

    private static (SimNode Node, TorrentId Id) Begin(SimSwarm swarm, SimContent content, SimNode node, IReadOnlyList<FileIndex> some)
    {
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        return (node, node.Add(content, spec => spec with { Peers = [seeder.Endpoint], Priorities = content.Only(some) }));
    }

    private static void MustNotExist(SimSwarm swarm, SimNode node, SimContent content, Func<FileIndex, bool> which)
    {
        SimFiles files = node.Disk.FilesOf(content.Metainfo);
        foreach (FileEntry file in content.Layout.Files.Where(file => which(file.Index)))
            swarm.Must(!files.Exists(file.Index), $"file {file.Index}, which nobody ever wanted, is not there");
    }
}
