using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>A download through a random sequence of commands, kills, cuts and disk troubles, all of which are mended at the end.</summary>
internal sealed class RandomHistory
{
    private const int Steps = 40;

    private readonly SimSwarm _swarm;
    private readonly SeededRandom _random;
    private readonly SimContent _content;
    private readonly SimTracker _tracker;
    private readonly ScriptedPeer[] _peers;
    private readonly (string Name, Action Do)[] _turns;
    private readonly List<Action> _cuts = [];
    private SimNode _node;
    private TorrentId _id;
    private IReadOnlyList<FilePriority>? _priorities;
    private PickStrategy _strategy;

    public RandomHistory(SimSwarm swarm)
    {
        _swarm = swarm;
        _random = swarm.World.Fork();
        _tracker = swarm.Tracker("tracker.example");
        _content = SimContent.Make(
            swarm.World.Fork(), 32 * 1024 << _random.Next(5), swarm.OddFiles(12, 700_000), "http://tracker.example/announce", "udp://tracker.example:80/announce");
        var line = new SimLinkSettings { UploadRate = 150_000, Latency = TimeSpan.FromMilliseconds(_random.Next(80)), Loss = _random.Chance(0.5) ? 0.02 : 0 };
        swarm.Seeder(_content, line);
        _peers =
        [
            new ScriptedPeer(swarm.World, swarm.Network, swarm.NextAddress(), _content, line),
            new Poisoner(swarm.World, swarm.Network, swarm.NextAddress(), _content, wrong: 0.1, link: line),
            new Wobbler(swarm.World, swarm.Network, swarm.NextAddress(), _content, TimeSpan.FromSeconds(1), line),
        ];
        _node = swarm.Node(settings: new SimNodeSettings { Memory = 1024 * 1024 << _random.Next(4) });
        Begin();
        _turns =
        [
            ("stop", () => _node.Command((engine, now) => engine.Stop(_id, now))),
            ("start", () => _node.Command((engine, now) => engine.Start(_id, now))),
            ("start", () => _node.Command((engine, now) => engine.Start(_id, now))),
            ("recheck", () => _node.Command((engine, now) => engine.Recheck(_id, now))),
            ("select some", () => SetPriorities(_content.Only(swarm.SomeFiles(_content)))),
            ("select all", () => SetPriorities(null)),
            ("set priorities", () => SetPriorities([.. _content.Layout.Files.Select(_ => (FilePriority)_random.Next(4))])),
            ("another strategy", SwitchStrategy),
            ("reannounce", () => _node.Command((engine, now) => engine.Reannounce(_id, now))),
            ("remove and add", Readd),
            ("kill", () => Restart(losesPower: false)),
            ("lose power", () => Restart(losesPower: true)),
            ("break connections", () => _node.BreakConnections()),
            ("cut", Cut),
            ("heal", Heal),
            ("failing disk", () => _node.Disk.Settings.WriteFailures = 0.3),
            ("slow disk", () => _node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(500)),
            ("full disk", () => _node.Disk.Settings.Capacity = _random.Next((int)_content.Layout.TotalLength)),
            ("failing sync", () => _node.Disk.Settings.SyncFails = true),
            ("well disk", WellDisk),
            ("rotten disk", Rot),
            ("failing store", () => _node.Store.Failure = "the state folder is gone"),
            ("silent tracker", () => _tracker.Mood = SimTrackerMood.Silent),
            ("well tracker", () => _tracker.Mood = SimTrackerMood.Well),
            ("few connections", () => _node.Command((engine, now) => engine.Apply(engine.Settings with { MaxConnectionsPerTorrent = 1 }, now))),
            ("many connections", () => _node.Command((engine, now) => engine.Apply(engine.Settings with { MaxConnectionsPerTorrent = 50 }, now))),
        ];
    }

    public void Play()
    {
        for (int i = 0; i < Steps; i++)
        {
            _swarm.World.Run(TimeSpan.FromMilliseconds(_random.Chance(0.3) ? _random.Next(8000) : _random.Next(600)));
            (string name, Action turn) = _turns[_random.Next(_turns.Length)];
            _swarm.World.Trace.Add(_swarm.World.Now, name);
            turn();
        }

        Heal();
        WellDisk();
        _tracker.Mood = SimTrackerMood.Well;
        _node.Command((engine, now) => engine.Apply(engine.Settings with { MaxConnectionsPerTorrent = 50 }, now));
        SetPriorities(null);
        _node.Command((engine, now) => engine.Recheck(_id, now));
        _node.Command((engine, now) => engine.Start(_id, now));
        Must(TorrentState.Checking, holds: true);
        Must(TorrentState.Checking, holds: false);
        _swarm.MustComplete(_node, _id, TimeSpan.FromMinutes(75));
    }

    private void Must(TorrentState state, bool holds)
    {
        bool came = _swarm.World.RunUntil(() => (_node.Status(_id).State == state) == holds, TimeSpan.FromMinutes(1));
        _swarm.Must(came, $"the state {(holds ? "becomes" : "leaves")} {state}");
    }

    private void Begin()
    {
        _node.Checks.Villains.Add(_peers[1].Endpoint.Address);
        _id = _node.Add(_content, spec => spec with { Peers = [.. _peers.Select(static peer => peer.Endpoint)], Priorities = _priorities, Strategy = _strategy });
    }

    private void SetPriorities(IReadOnlyList<FilePriority>? priorities)
    {
        _priorities = priorities;
        _node.SetPriorities(_id, priorities);
    }

    private void SwitchStrategy()
    {
        _strategy = (PickStrategy)_random.Next(5);
        _node.Command((engine, _) => engine.SetStrategy(_id, _strategy));
    }

    private void Readd()
    {
        _node.Command((engine, now) => engine.RemoveTorrent(_id, now));
        _swarm.World.RunUntil(() => _node.Find(_id) is null, TimeSpan.FromMinutes(3));
        _swarm.Must(_node.Find(_id) is null, "a torrent that is to be removed goes");
        Begin();
    }

    private void Restart(bool losesPower)
    {
        _node.Kill();
        if (losesPower)
        {
            _node.Disk.FilesOf(_content.Metainfo).LosePower(_random);
            _node.Store.Reboot();
        }

        bool rots = _node.Checks.DiskRots;
        _swarm.World.Run(TimeSpan.FromMilliseconds(_random.Next(3000)));
        _node = _swarm.Restart(_node, settings: new SimNodeSettings { Memory = _node.MemoryLimit });
        _node.Checks.DiskRots = rots;
        Begin();
    }

    private void Cut() => _cuts.Add(_swarm.Network.Partition([_node.Address], [_peers[_random.Next(_peers.Length)].Endpoint.Address]));

    private void Heal()
    {
        foreach (Action heal in _cuts)
            heal();
        _cuts.Clear();
    }

    private void WellDisk()
    {
        _node.Disk.Settings.WriteFailures = 0;
        _node.Disk.Settings.Latency = TimeSpan.FromMilliseconds(1);
        _node.Disk.Settings.Capacity = long.MaxValue;
        _node.Disk.Settings.SyncFails = false;
        _node.Store.Failure = null;
    }

    private void Rot()
    {
        _node.Checks.DiskRots = true;
        _node.Disk.FilesOf(_content.Metainfo).Rot(_random);
    }
}
