using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Trackers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>Swarms of Freshets whose members stop, die, come back and lose sight of each other.</summary>
public sealed class ChurnTests
{
    [Fact]
    public void Members_that_come_and_go_complete_each_other_when_the_seeder_is_gone() => Scenario.Play(static swarm => new Crowd(swarm).Play());

    private sealed class Crowd
    {
        private const int Steps = 40;
        private static readonly SimLinkSettings Line = new() { UploadRate = 150_000, Latency = TimeSpan.FromMilliseconds(25) };

        private readonly SimNodeSettings _settings;
        private readonly SimSwarm _swarm;
        private readonly SeededRandom _random;
        private readonly SimContent _content;
        private readonly SimNode _seeder;
        private readonly SimNode[] _nodes;
        private readonly TorrentId[] _ids;
        private readonly List<Action> _cuts = [];

        public Crowd(SimSwarm swarm)
        {
            _swarm = swarm;
            _random = swarm.World.Fork();
            _settings = new SimNodeSettings { Memory = 1024 * 1024 << _random.Next(3), Adapt = static settings => settings with { UploadSlots = 2 } };
            SimTracker tracker = swarm.Tracker("tracker.example");
            tracker.Interval = 120;
            tracker.NamesAsker = true;
            _content = SimContent.Make(swarm.World.Fork(), 32 * 1024, [2_000_000], "http://tracker.example/announce");
            _seeder = swarm.Seeder(_content, Line, _settings);
            swarm.World.Run(TimeSpan.FromSeconds(1));
            _nodes = [.. Enumerable.Range(0, 4).Select(_ => swarm.Node(Line, _settings))];
            _ids = [.. _nodes.Select(node => node.Add(_content))];
        }

        public void Play()
        {
            for (int i = 0; i < Steps; i++)
            {
                _swarm.World.Run(TimeSpan.FromMilliseconds(_random.Next(1500)));
                Trouble(_random.Next(_nodes.Length));
            }

            foreach (Action heal in _cuts)
                heal();
            for (int i = 0; i < _nodes.Length; i++)
            {
                TorrentId id = _ids[i];
                _nodes[i].Command((engine, now) => engine.Start(id, now));
            }

            bool isSpread = _swarm.World.RunUntil(IsSpread, TimeSpan.FromMinutes(20));
            _swarm.Must(isSpread, "every piece is somewhere beside the seeder");
            _seeder.Kill();
            for (int i = 0; i < _nodes.Length; i++)
                _swarm.MustComplete(_nodes[i], _ids[i], TimeSpan.FromMinutes(30));
        }

        private void Trouble(int at)
        {
            SimNode node = _nodes[at];
            TorrentId id = _ids[at];
            switch (_random.Next(7))
            {
                case 0:
                    node.Command((engine, now) => engine.Stop(id, now));
                    break;
                case 1 or 2:
                    node.Command((engine, now) => engine.Start(id, now));
                    break;
                case 3:
                    node.Kill();
                    _swarm.World.Run(TimeSpan.FromMilliseconds(_random.Next(1000)));
                    _nodes[at] = _swarm.Restart(node, Line, _settings);
                    _ids[at] = _nodes[at].Add(_content);
                    break;
                case 4:
                    node.BreakConnections();
                    break;
                case 5:
                    _cuts.Add(_swarm.Network.Partition([node.Address], [_nodes[_random.Next(_nodes.Length)].Address, _seeder.Address]));
                    break;
                default:
                    foreach (Action heal in _cuts)
                        heal();
                    _cuts.Clear();
                    break;
            }
        }

        private bool IsSpread()
        {
            Bitfield[] pieces = [.. _nodes.Select((node, i) => node.Pieces(_ids[i]))];
            for (int i = 0; i < _content.Layout.PieceCount; i++)
            {
                if (!pieces.Any(have => have[i]))
                    return false;
            }

            return true;
        }
    }
}
