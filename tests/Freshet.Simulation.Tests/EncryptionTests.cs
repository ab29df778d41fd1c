using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Message stream encryption in swarms of those who require it, prefer it and do not know it.</summary>
public sealed class EncryptionTests
{
    [Fact]
    public void All_who_can_speak_with_each_other_do() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [1_000_000]);
        var line = new SimLinkSettings { UploadRate = 500_000 };
        SimNode requires = swarm.Seeder(content, line, Settings(EncryptionUse.Require));
        SimNode prefers = swarm.Node(line, Settings(EncryptionUse.Prefer));
        TorrentId first = prefers.Add(content, spec => spec with { Peers = [requires.Endpoint] });
        swarm.MustComplete(prefers, first, TimeSpan.FromMinutes(2));

        // It speaks no encryption: from those alone who do not require it.
        SimNode plain = swarm.Node(line, Settings(EncryptionUse.Off));
        TorrentId second = plain.Add(content, spec => spec with { Peers = [requires.Endpoint, prefers.Endpoint] });
        swarm.MustComplete(plain, second, TimeSpan.FromMinutes(2));
        swarm.Must(plain.Status(second).Peers <= 1, "who requires encryption has not let it in");
    });

    [Fact]
    public void Peers_that_know_no_encryption_are_met_at_the_second_try() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [1_000_000]);
        ScriptedPeer[] old = [.. Enumerable.Range(0, 4).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content))];
        SimNode node = swarm.Node(settings: Settings(EncryptionUse.Prefer));
        TorrentId id = node.Add(content, spec => spec with { Peers = [.. old.Select(static peer => peer.Endpoint)] });
        swarm.MustComplete(node, id, TimeSpan.FromSeconds(30));
    });

    private static SimNodeSettings Settings(EncryptionUse use) => new() { Adapt = settings => settings with { EncryptOutgoing = use, EncryptIncoming = use } };
}
