using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Selections that change: what is wanted comes, from whoever has it.</summary>
public sealed class SelectionTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 2_000_000 };

    [Fact]
    public void Selections_of_many_small_files_that_share_pieces_are_fetched_one_after_the_other() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, swarm.OddFiles(120, 20_000));
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 2).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)], Priorities = content.Only(swarm.SomeFiles(content)) });
        for (int i = 0; i < 5; i++)
        {
            swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(1500)));
            node.Select(id, swarm.SomeFiles(content));
        }

        swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMinutes(1));
        swarm.Must(node.IsFinished(id), "the last selection is done");
        node.Checks.MustBeTrue(id);
        node.Select(id, null);
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_selection_that_grows_is_fetched_from_a_peer_that_went_on_meanwhile() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [300_000, 2_000_000]);
        var seeder = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 200_000 });
        SimNode all = swarm.Node(Line);
        TorrentId atAll = all.Add(content, spec => spec with { Peers = [seeder.Endpoint], Strategy = PickStrategy.Sequential });
        SimNode some = swarm.Node(Line);
        TorrentId atSome = some.Add(content, spec => spec with { Peers = [all.Endpoint], Priorities = content.Only([new FileIndex(0)]) });
        swarm.World.RunUntil(() => some.IsFinished(atSome), TimeSpan.FromMinutes(1));
        swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(3000)));
        some.Select(atSome, null);
        swarm.MustComplete(all, atAll, TimeSpan.FromMinutes(1));
        swarm.MustComplete(some, atSome, TimeSpan.FromSeconds(3));
    });
}
