using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>Random histories of everything that can happen to a picker; every rule is checked after every step.</summary>
public sealed class PickerHistoryTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 60).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_rule_is_broken_whatever_happens(ulong seed)
    {
        var history = new History(seed);
        for (int step = 0; step < 400; step++)
        {
            try
            {
                history.Step();
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"seed {seed}, step {step}: {e.Message}", e);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Everything_arrives_as_long_as_somebody_has_it(ulong seed)
    {
        var history = new History(seed);
        for (int step = 0; step < 200; step++)
            history.Step();
        history.Finish();
        Assert.True(history.World.Picker.IsComplete, $"seed {seed}");
    }

    private sealed class History
    {
        private readonly SeededRandom _random;
        private readonly int _pieces;
        private readonly Dictionary<ConnectionId, Peer> _peers = [];
        private readonly List<PieceIndex> _whole = [];
        private readonly List<BlockRange> _copies = [];
        private readonly HashSet<int> _failedOnce = [];
        private readonly BlockRange[] _outstanding = new BlockRange[4096];

        public History(ulong seed)
        {
            _random = new SeededRandom(seed * 7919);
            _pieces = 1 + _random.Next(40);
            World = new PickerWorld(
                _pieces,
                1 + _random.Next(70),
                seed,
                (PickStrategy)_random.Next(5),
                1 + _random.Next(BlockRange.BlockLength));
        }

        public PickerWorld World { get; }

        private PiecePicker Picker => World.Picker;

        public void Step()
        {
            switch (_random.Next(30))
            {
                case 0 or 1:
                    Join();
                    break;
                case 2:
                    Leave();
                    break;
                case 3 or 4:
                    With(peer =>
                    {
                        PieceIndex piece = AnyPiece();
                        Assert.Equal(peer.Has.Add(piece.Value), Picker.AddHave(peer.Id, piece));
                    });
                    break;
                case 5:
                    With(peer =>
                    {
                        PieceIndex piece = AnyPiece();
                        Assert.Equal(peer.Has.Remove(piece.Value), Picker.RemoveHave(peer.Id, piece));
                    });
                    break;
                case 6:
                    With(peer => Picker.Suggest(peer.Id, AnyPiece()));
                    break;
                case 7:
                    With(peer =>
                    {
                        PieceIndex piece = AnyPiece();
                        peer.AllowedFast.Add(piece.Value);
                        Picker.AllowFast(peer.Id, piece);
                    });
                    break;
                case 8:
                    With(peer =>
                    {
                        peer.Choked = !peer.Choked;
                        if (peer.Choked)
                            Abort(peer, _random.Chance(0.5));
                    });
                    break;
                case 9:
                    With(peer => Abort(peer, keepAllowedFast: false));
                    break;
                case 10:
                    With(peer =>
                    {
                        if (peer.Requests.Count == 0)
                            return;
                        BlockRange block = peer.Requests[_random.Next(peer.Requests.Count)];
                        Assert.True(Picker.Abort(block, peer.Id));
                        peer.Requests.Remove(block);
                    });
                    break;
                case 11:
                    Hash(_random.Chance(0.7));
                    break;
                case 12 when _random.Chance(0.2):
                    // Often without levels between skip and normal, as by a selection.
                    bool selects = _random.Chance(0.3);
                    Picker.SetPriorities([.. Enumerable.Range(0, _pieces).Select(_ => selects ? (FilePriority)(2 * _random.Next(2)) : (FilePriority)_random.Next(4))]);
                    break;
                case 13 when _random.Chance(0.3):
                    Picker.Unhave(AnyPiece());
                    break;
                case 14 when _random.Chance(0.3):
                    PieceIndex have = AnyPiece();
                    if (Picker.StateOf(have) != PieceState.Whole)
                    {
                        Picker.MarkHave(have);
                        _copies.RemoveAll(block => block.Piece == have);
                        Forget(have);
                    }

                    break;
                case 15 when _random.Chance(0.3):
                    PieceIndex lost = AnyPiece();
                    Picker.DropPiece(lost);
                    _whole.Remove(lost);
                    _copies.RemoveAll(block => block.Piece == lost);
                    Forget(lost);
                    break;
                case 16 when _random.Chance(0.3):
                    Restore();
                    break;
                case 17:
                    With(peer => peer.Snubbed = !peer.Snubbed);
                    break;
                case 22:
                    With(peer => peer.Rate = _random.Chance(0.3) ? 0 : 1L << _random.Next(30));
                    break;
                case 24 when _random.Chance(0.2):
                    Picker.Custom = _random.Chance(0.3) ? null : new Whim(_random);
                    break;
                case 23 when _random.Chance(0.3):
                    Picker.Strategy = (PickStrategy)_random.Next(5);
                    break;
                case 25:
                    PieceIndex held = AnyPiece();
                    bool canHold = Picker.StateOf(held) == PieceState.Pickable;
                    Assert.Equal(Picker.IsHeld(held), Picker.LetGo(held) || (Picker.Hold(held) && !canHold));
                    break;
                case 26 or 27:
                    Copy();
                    break;
                case 28:
                    EndCopy(_random.Chance(0.7));
                    break;
                case 18:
                    With(LateBlock);
                    break;
                case 19 or 20 or 21:
                    With(peer => Ask(peer, _random.Next(20)));
                    break;
                default:
                    With(peer =>
                    {
                        for (int i = _random.Next(30); i > 0 && peer.Requests.Count > 0; i--)
                            Answer(peer, peer.Requests[_random.Chance(0.8) ? 0 : _random.Next(peer.Requests.Count)]);
                    });
                    break;
            }

            Picker.CheckInvariants();
            CheckAgainstModel();
        }

        /// <summary>One peer has everything, nobody is choked: all must come.</summary>
        public void Finish()
        {
            Join();
            Peer seeder = _peers.Values.Last();
            Picker.SetHaveAll(seeder.Id);
            for (int i = 0; i < _pieces; i++)
                seeder.Has.Add(i);
            foreach (Peer peer in _peers.Values)
                peer.Choked = peer.Snubbed = false;
            while (_copies.Count > 0)
                EndCopy(isGood: false);
            for (int i = 0; i < _pieces; i++)
                Picker.LetGo(new PieceIndex(i));
            int idle = 0;
            for (int round = 0; !Picker.IsComplete && idle < 3; round++)
            {
                bool progress = Hash(good: true);
                foreach (Peer peer in _peers.Values)
                {
                    int room = 8 - peer.Requests.Count;
                    if (room > 0 && round % 16 == 0)
                        Ask(peer, room);
                    else if (room > 0)
                        peer.Requests.AddRange(PickUnchecked(peer, room));
                    if (peer.Requests.Count > 0)
                    {
                        Answer(peer, peer.Requests[0]);
                        progress = true;
                    }
                }

                if (round % 16 == 0)
                {
                    Picker.CheckInvariants();
                    CheckAgainstModel();
                }

                idle = progress ? 0 : idle + 1;
            }
        }

        private BlockRange[] PickUnchecked(Peer peer, int count)
        {
            var into = new BlockRange[count];
            return into[..Picker.Pick(new PickRequest(peer.Id), into)];
        }

        private void Join()
        {
            ConnectionId id = World.Peer();
            var peer = new Peer(id);
            _peers.Add(id, peer);
            switch (_random.Next(4))
            {
                case 0:
                    Picker.SetHaveAll(id);
                    for (int i = 0; i < _pieces; i++)
                        peer.Has.Add(i);
                    break;
                case 1 or 2:
                    var bits = new Bitfield(_pieces);
                    for (int i = 0; i < _pieces; i++)
                    {
                        if (_random.Chance(0.5))
                        {
                            bits[i] = true;
                            peer.Has.Add(i);
                        }
                    }

                    Picker.SetHave(id, bits);
                    break;
            }
        }

        private void Leave() => With(peer =>
        {
            Picker.RemovePeer(peer.Id);
            _peers.Remove(peer.Id);
        });

        private void Ask(Peer peer, int count)
        {
            bool endGame = Picker.IsEndGame;
            HashSet<BlockRange> asked = [.. _peers.Values.SelectMany(other => other.Requests), .. _copies];
            bool crowded = Picker.PartialCount > Math.Max(1, _peers.Count * 3 / 2);
            bool canHelp = FreeBlocksOf(peer, asked).Any(block => Picker.StateOf(block.Piece) == PieceState.Open);
            HashSet<PieceIndex> closed = [.. Enumerable.Range(0, _pieces).Select(i => new PieceIndex(i)).Where(i => Picker.StateOf(i) == PieceState.Pickable)];
            bool freeForHim = !peer.Choked && FreeBlocksOf(peer, asked).Any();
            peer.Told = peer.Rate;
            peer.Best = Math.Max(peer.Best, peer.Rate);
            int helped = peer.Requests.Count;
            bool isOurs = Picker.Custom is null;
            BlockRange[] blocks = World.Pick(peer.Id, count, peer.Choked, peer.Snubbed, _random.Chance(0.5), peer.Rate);
            foreach (BlockRange block in blocks)
            {
                Assert.True(World.Layout.Contains(block));
                Assert.Contains(block.Piece.Value, peer.Has);
                Assert.True(Picker.IsWanted(block.Piece));
                Assert.False(Picker.Have[block.Piece]);
                Assert.False(Picker.IsReceived(block));
                Assert.DoesNotContain(block, peer.Requests);
                Assert.True(!peer.Choked || peer.AllowedFast.Contains(block.Piece.Value));
                Peer? slow = endGame ? null : _peers.Values.SingleOrDefault(other => other != peer && other.Requests.Contains(block));
                Assert.True(slow is null || slow.Told * 10 <= peer.Best, "outside end-game a block is asked for again only of a peer ten times as fast");
                Assert.True(slow is null || (helped == 0 && blocks.Length <= PiecePicker.EndGameDepth) || peer.IsHelping, "who takes over has nothing else to do");
                peer.IsHelping = slow is not null;
                peer.Requests.Add(block);
            }

            if (!peer.Choked && isOurs)
                CheckPriorities(peer, blocks, closed);
            if (crowded && canHelp && !peer.Choked && blocks.Length > 0)
                Assert.DoesNotContain(blocks[0].Piece, closed);
            Assert.True(!freeForHim || count == 0 || blocks.Length > 0, "a peer that has what nobody was asked for is asked");
        }

        /// <summary>No piece is begun for a peer that has one of a higher priority to begin.</summary>
        private void CheckPriorities(Peer peer, BlockRange[] blocks, HashSet<PieceIndex> closed)
        {
            closed = [.. closed.Where(piece => peer.Has.Contains(piece.Value))];
            foreach (BlockRange block in blocks)
            {
                if (!closed.Remove(block.Piece))
                    continue;
                FilePriority priority = Picker.PriorityOf(block.Piece);
                Assert.True(closed.All(piece => Picker.PriorityOf(piece) <= priority), "a higher priority is begun first");
            }
        }

        private IEnumerable<BlockRange> FreeBlocksOf(Peer peer, HashSet<BlockRange> asked)
        {
            foreach (int p in peer.Has)
            {
                var piece = new PieceIndex(p);
                // What failed before is left to one sender.
                if (!Picker.IsWanted(piece) || Picker.Have[piece] || _failedOnce.Contains(p) || Picker.IsHeld(piece))
                    continue;
                for (int i = 0; i < World.Layout.BlocksIn(piece); i++)
                {
                    BlockRange block = World.Layout.Block(piece, i);
                    if (!Picker.IsReceived(block) && !asked.Contains(block))
                        yield return block;
                }
            }
        }

        private void Answer(Peer peer, BlockRange block)
        {
            ReceiveOutcome outcome = Picker.MarkReceived(block, peer.Id);
            Assert.Equal(ReceiveResult.Accepted, outcome.Result);
            peer.Requests.Remove(block);
            CancelTwins(block, outcome);
        }

        private void LateBlock(Peer peer)
        {
            PieceIndex piece = AnyPiece();
            BlockRange block = World.Layout.Block(piece, _random.Next(World.Layout.BlocksIn(piece)));
            if (peer.Requests.Contains(block))
                return;
            bool there = Picker.IsReceived(block) || _copies.Contains(block);
            PieceState state = Picker.StateOf(piece);
            ReceiveOutcome outcome = Picker.MarkReceived(block, peer.Id);
            Assert.Equal(there ? ReceiveResult.Duplicate : state == PieceState.Open ? ReceiveResult.Accepted : ReceiveResult.Unwanted, outcome.Result);
            CancelTwins(block, outcome);
        }

        /// <summary>Takes some neighbouring blocks of a piece from elsewhere.</summary>
        private void Copy()
        {
            PieceIndex piece = AnyPiece();
            int first = _random.Next(World.Layout.BlocksIn(piece));
            for (int i = first; i < World.Layout.BlocksIn(piece) && _random.Chance(0.9); i++)
            {
                BlockRange block = World.Layout.Block(piece, i);
                bool isAsked = _copies.Contains(block) || _peers.Values.Any(peer => peer.Requests.Contains(block));
                bool taken = Picker.TakeLocal(block);
                Assert.False(taken && (isAsked || Picker.IsReceived(block) || Picker.IsHeld(piece)));
                if (taken)
                    _copies.Add(block);
            }
        }

        private void EndCopy(bool isGood)
        {
            if (_copies.Count == 0)
                return;
            BlockRange block = _copies[_random.Next(_copies.Count)];
            _copies.Remove(block);
            if (!isGood)
                Picker.AbortLocal(block);
            else
                Assert.True(Picker.MarkCopied(block));
            if (isGood && Picker.StateOf(block.Piece) == PieceState.Whole)
                _whole.Add(block.Piece);
        }

        private void CancelTwins(BlockRange block, ReceiveOutcome outcome)
        {
            var twins = new List<ConnectionId>();
            for (int i = 0; i < outcome.TwinCount; i++)
            {
                twins.Add(outcome.Twin(i));
                Assert.True(_peers[outcome.Twin(i)].Requests.Remove(block), "a twin had been asked");
            }

            Assert.Equal(twins.Count, twins.Distinct().Count());
            Assert.DoesNotContain(_peers.Values, other => other.Requests.Contains(block));
            if (outcome.PieceIsWhole)
                _whole.Add(block.Piece);
        }

        private void Abort(Peer peer, bool keepAllowedFast)
        {
            int before = peer.Requests.Count;
            int given = Picker.AbortAll(peer.Id, keepAllowedFast);
            peer.Requests.RemoveAll(block => !keepAllowedFast || !peer.AllowedFast.Contains(block.Piece.Value));
            Assert.Equal(before - given, peer.Requests.Count);
        }

        private bool Hash(bool good)
        {
            if (_whole.Count == 0)
                return false;
            PieceIndex piece = _whole[0];
            _whole.RemoveAt(0);
            if (good)
            {
                Picker.MarkVerified(piece);
                _failedOnce.Remove(piece.Value);
                return true;
            }

            Picker.MarkFailed(piece);
            _failedOnce.Add(piece.Value);
            return true;
        }

        private void Restore()
        {
            PieceIndex piece = AnyPiece();
            PieceState state = Picker.StateOf(piece);
            var blocks = new Bitfield(World.Layout.BlocksIn(piece));
            for (int i = 0; i < blocks.Length; i++)
                blocks[i] = _random.Chance(0.5);
            bool whole = Picker.RestorePartial(piece, blocks);
            Assert.Equal(blocks.IsFull && state is PieceState.Pickable or PieceState.Unwanted && blocks.IsFull, whole);
            if (whole)
                _whole.Add(piece);
        }

        private void Forget(PieceIndex piece)
        {
            foreach (Peer peer in _peers.Values)
                peer.Requests.RemoveAll(block => block.Piece == piece);
        }

        private void CheckAgainstModel()
        {
            Span<BlockRange> blocks = _outstanding;
            foreach (Peer peer in _peers.Values)
            {
                int count = Picker.CopyOutstanding(peer.Id, blocks);
                Assert.Equal(peer.Requests.Count, count);
                Assert.Equal(peer.Requests.Count, Picker.OutstandingOf(peer.Id));
                Assert.True(blocks[..count].SequenceEqual(peer.Requests.ToArray()), "requests are known in the order in which they went out");
                Assert.Equal(peer.Has.Count, Picker.PeerPieceCount(peer.Id));
                bool interesting = peer.Has.Any(piece => Picker.IsWanted(new PieceIndex(piece)) && !Picker.Have[piece]);
                Assert.Equal(interesting, Picker.IsInteresting(peer.Id));
            }
        }

        private void With(Action<Peer> act)
        {
            if (_peers.Count > 0)
                act(_peers.Values.ElementAt(_random.Next(_peers.Count)));
        }

        private PieceIndex AnyPiece() => new(_random.Next(_pieces));
    }

    /// <summary>Somebody else's picker: proposes what can be begun, or has no opinion, or does what it must not.</summary>
    private sealed class Whim(SeededRandom random) : IPiecePicker
    {
        public PieceIndex? Choose(IPieceView view) => random.Next(20) switch
        {
            0 => throw new InvalidOperationException("no"),
            1 => new PieceIndex(random.Next(100) - 30),
            < 10 => null,
            < 15 => view.Rarest(),
            _ => view.NextFrom(new PieceIndex(random.Next(view.Layout.PieceCount))),
        };
    }

    private sealed class Peer(ConnectionId id)
    {
        public ConnectionId Id { get; } = id;

        public HashSet<int> Has { get; } = [];

        public HashSet<int> AllowedFast { get; } = [];

        public List<BlockRange> Requests { get; } = [];

        public bool Choked { get; set; }

        public bool Snubbed { get; set; }

        public bool IsHelping { get; set; }

        public long Rate { get; set; }

        public long Told { get; set; }

        public long Best { get; set; }
    }
}
