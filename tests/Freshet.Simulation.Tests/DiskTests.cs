using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Disks that are slow, rot, fill up or are believed blindly; layouts with filler; memory that two torrents share.</summary>
public sealed class DiskTests
{
    private static readonly SimLinkSettings Line = new() { UploadRate = 2_000_000 };

    [Fact]
    public void A_disk_that_takes_half_a_second_a_write_slows_the_download_but_fills_no_memory() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 256 * 1024, [12_000_000]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 4).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
        SimNode node = swarm.Node(settings: new SimNodeSettings { Memory = 4 * 1024 * 1024 });
        node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(500);
        node.Disk.Settings.Rate = 2_000_000;
        TorrentId id = node.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        swarm.MustComplete(node, id, TimeSpan.FromSeconds(60));
    });

    [Fact]
    public void Bits_that_rot_in_half_fetched_pieces_are_found_and_nobody_is_blamed() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 1024 * 1024, [6_000_000]);
        ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ =>
            new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 150_000 }))];
        SimNode node = swarm.Node(settings: new SimNodeSettings { Memory = 2 * 1024 * 1024 });
        node.Checks.DiskRots = true;
        TorrentId id = node.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] });
        for (int i = 0; i < 8; i++)
        {
            swarm.World.Run(TimeSpan.FromMilliseconds(swarm.World.Random.Next(3000)));
            node.Disk.FilesOf(content.Metainfo).Rot(swarm.World.Random);
        }

        swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromMinutes(3));
        node.Command((engine, now) => engine.Recheck(id, now));
        swarm.World.RunUntil(() => node.Status(id).State == TorrentState.Checking, TimeSpan.FromSeconds(30));
        swarm.World.RunUntil(() => node.Status(id).State != TorrentState.Checking, TimeSpan.FromSeconds(30));
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_seeder_whose_disk_rots_spoils_no_download() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        SimNode rotten = swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 4; i++)
            rotten.Disk.FilesOf(content.Metainfo).Rot(swarm.World.Random);
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line);
        SimNode node = swarm.Node();
        node.Checks.Villains.Add(rotten.Address);
        TorrentId id = node.Add(content, spec => spec with { Peers = [rotten.Endpoint, honest.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_seeder_whose_reads_fail_says_so_and_the_download_goes_on() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000]);
        SimNode failing = swarm.Seeder(content, Line);
        swarm.World.Run(TimeSpan.FromSeconds(2));
        failing.Disk.Settings.ReadFailures = 0.3;
        var honest = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, new SimLinkSettings { UploadRate = 200_000 });
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [failing.Endpoint, honest.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
        swarm.Must(failing.Notices.OfType<DiskNotice>().Any(), "the seeder names its disk");
    });

    [Fact]
    public void Two_torrents_share_a_small_budget() => Scenario.Play(swarm =>
    {
        SimNode node = swarm.Node(settings: new SimNodeSettings { Memory = 2 * 1024 * 1024 });
        var ids = new List<TorrentId>();
        for (int i = 0; i < 2; i++)
        {
            SimContent content = SimContent.Make(swarm.World.Fork(), 1024 * 1024, [5_000_000]);
            ScriptedPeer[] seeders = [.. Enumerable.Range(0, 3).Select(_ => new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), content, Line))];
            ids.Add(node.Add(content, spec => spec with { Peers = [.. seeders.Select(static seeder => seeder.Endpoint)] }));
        }

        foreach (TorrentId id in ids)
            swarm.MustComplete(node, id, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void A_torrent_on_a_full_disk_gives_up_its_memory_to_one_that_can_write() => Scenario.Play(swarm =>
    {
        SimContent stuck = SimContent.Make(swarm.World.Fork(), 512 * 1024, [4_000_000]);
        SimContent free = SimContent.Make(swarm.World.Fork(), 512 * 1024, [5_000_000]);
        var seederOfStuck = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), stuck, Line);
        var seederOfFree = new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), free, Line);
        SimNode node = swarm.Node(settings: new SimNodeSettings { Memory = 1024 * 1024 });
        node.Disk.Settings.Capacity = free.Layout.TotalLength + 300_000;
        TorrentId freeId = node.Add(free, static spec => spec with { FullAllocation = true });
        swarm.World.Run(TimeSpan.FromSeconds(1));
        TorrentId stuckId = node.Add(stuck, spec => spec with { Peers = [seederOfStuck.Endpoint] });
        swarm.World.RunUntil(() => node.Status(stuckId).State == TorrentState.Error, TimeSpan.FromMinutes(1));
        node.Command((engine, now) => engine.AddPeers(freeId, [seederOfFree.Endpoint], now));
        swarm.MustComplete(node, freeId, TimeSpan.FromMinutes(1));
        swarm.Must(!node.IsFinished(stuckId), "the other has no space");
        node.Disk.Settings.Capacity = long.MaxValue;
        swarm.MustComplete(node, stuckId, TimeSpan.FromMinutes(3));
    });

    [Fact]
    public void Files_of_full_size_are_believed_unread_where_no_check_is_wished() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, swarm.OddFiles(9, 300_000));
        SimNode node = swarm.Node();
        swarm.Fill(node.Disk, content);
        TorrentId id = node.Add(content, static spec => spec with { Check = DiskCheck.None });
        swarm.World.RunUntil(() => node.IsFinished(id), TimeSpan.FromSeconds(5));
        node.Checks.MustBeComplete(id);
        swarm.Must(node.Disk.BytesRead == 0, "nothing was read");
    });

    [Fact]
    public void Filler_between_the_files_of_a_hybrid_torrent_is_fetched_and_given_but_never_stored() => Scenario.Play(swarm =>
    {
        SimContent content = SimContent.MakeV2(swarm.World.Fork(), TorrentVersion.Hybrid, 64 * 1024, [.. swarm.OddFiles(12, 200_000).Select(static length => length + 1)]);
        SimNode seeder = swarm.Seeder(content);
        swarm.World.Run(TimeSpan.FromSeconds(1));
        SimNode node = swarm.Node();
        TorrentId id = node.Add(content, spec => spec with { Peers = [seeder.Endpoint], FullAllocation = true });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(1));
        long stored = content.Layout.Files.Where(static file => file.IsStored).Sum(static file => file.Length);
        swarm.Must(node.Disk.FilesOf(content.Metainfo).Used == stored, "no filler is on disk");
    });
}
