using System.Net;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Tests.Picking;

namespace Freshet.Engine.Tests.Peers;

/// <summary>W4: poisoned pieces. The bad are convicted within two bad pieces, the honest never.</summary>
public sealed class SmartBanTests
{
    private const int Blocks = 4;

    private static readonly PeerIdentity A = new(IPEndPoint.Parse("1.1.1.1:1"));
    private static readonly PeerIdentity B = new(IPEndPoint.Parse("2.2.2.2:2"));
    private static readonly PieceIndex Piece = new(3);

    private readonly PieceLayout _layout = PickerWorld.LayoutOf(1000, Blocks * BlockRange.BlockLength);
    private readonly SmartBan _ban;
    private readonly List<PeerIdentity> _convicted = [];

    public SmartBanTests() => _ban = new SmartBan(_layout);

    [Fact]
    public void Who_sent_a_wrong_piece_alone_is_convicted_at_once()
    {
        Receive(A, A, A, A);
        _ban.PieceFailed(Piece, null, _convicted);
        Assert.Equal([A], _convicted);
        Assert.Equal(0, _ban.RememberedBlocks);
    }

    [Fact]
    public void Who_sent_the_wrong_block_is_convicted_when_the_right_one_is_known()
    {
        Receive(A, B, A, A);
        _ban.PieceFailed(Piece, Digests(0, 99, 0, 0), _convicted);
        Assert.True(_ban.IsSuspect(A) && _ban.IsSuspect(B));
        Assert.Empty(_convicted);
        Receive(A, A, A, A);
        Assert.True(_ban.PiecePassed(Piece));
        _ban.PassedDigests(Piece, Digests(0, 0, 0, 0), _convicted);
        Assert.Equal([B], _convicted);
        Assert.False(_ban.IsSuspect(A) || _ban.IsSuspect(B));
    }

    [Fact]
    public void A_piece_that_never_failed_needs_no_digests()
    {
        Receive(A, B, A, A);
        Assert.False(_ban.PiecePassed(Piece));
    }

    [Fact]
    public void When_all_blocks_were_right_nobody_is_to_blame()
    {
        // Our memory or disk was wrong, not the peers.
        Receive(A, B, A, A);
        _ban.PieceFailed(Piece, Digests(0, 0, 0, 0), _convicted);
        _ban.PiecePassed(Piece);
        _ban.PassedDigests(Piece, Digests(0, 0, 0, 0), _convicted);
        Assert.Empty(_convicted);
    }

    [Fact]
    public void A_block_from_an_earlier_run_has_no_sender()
    {
        Receive(A, null, A, A);
        _ban.PieceFailed(Piece, Digests(0, 99, 0, 0), _convicted);
        _ban.PiecePassed(Piece);
        _ban.PassedDigests(Piece, Digests(0, 0, 0, 0), _convicted);
        Assert.Empty(_convicted);
    }

    [Fact]
    public void A_piece_all_from_disk_blames_nobody()
    {
        _ban.PieceFailed(Piece, null, _convicted);
        Assert.Empty(_convicted);
    }

    [Fact]
    public void An_attempt_whose_blocks_could_not_be_read_takes_no_other_attempts_digests()
    {
        Receive(A, B, A, A);
        _ban.PieceFailed(Piece, null, _convicted);
        Receive(B, A, A, A);
        _ban.PieceFailed(Piece, Digests(0, 99, 0, 0), _convicted);
        _ban.PiecePassed(Piece);
        _ban.PassedDigests(Piece, Digests(0, 0, 0, 0), _convicted);
        Assert.Equal([A], _convicted);
    }

    [Fact]
    public void Several_failures_of_a_piece_are_all_compared()
    {
        var c = new PeerIdentity(IPEndPoint.Parse("3.3.3.3:3"));
        Receive(A, B, A, A);
        _ban.PieceFailed(Piece, Digests(0, 99, 0, 0), _convicted);
        Receive(A, A, c, A);
        _ban.PieceFailed(Piece, Digests(0, 0, 98, 0), _convicted);
        _ban.PiecePassed(Piece);
        _ban.PassedDigests(Piece, Digests(0, 0, 0, 0), _convicted);
        Assert.Equal([B, c], _convicted);
    }

    [Fact]
    public void What_was_thrown_away_is_forgotten()
    {
        Receive(A, A, A, A);
        _ban.PieceDropped(Piece);
        _ban.PieceFailed(Piece, null, _convicted);
        Assert.Empty(_convicted);
    }

    [Fact]
    public void Memory_is_bounded()
    {
        var ban = new SmartBan(PickerWorld.LayoutOf(200_000, Blocks * BlockRange.BlockLength));
        for (int i = 0; i < 50_000; i++)
        {
            var piece = new PieceIndex(i);
            ban.BlockReceived(_layout.Block(new PieceIndex(0), 0) with { Piece = piece }, A);
            ban.BlockReceived(_layout.Block(new PieceIndex(0), 1) with { Piece = piece }, B);
            ban.PieceFailed(piece, Digests(0, 99, 0, 0), _convicted);
        }

        Assert.True(ban.RememberedBlocks <= SmartBan.MaxRememberedBlocks);
        Assert.True(ban.IsSuspect(A));
        Assert.Empty(_convicted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void In_any_mix_the_bad_are_convicted_and_the_honest_never(ulong seed)
    {
        var random = new SeededRandom(seed);
        int count = 2 + random.Next(20);
        PeerIdentity[] peers = [.. Enumerable.Range(1, count).Select(i => new PeerIdentity(new IPEndPoint(new IPAddress([9, 9, 9, (byte)i]), i)))];
        HashSet<PeerIdentity> bad = [.. peers.Skip(1).Where(_ => random.Chance(0.6))];
        var active = new List<PeerIdentity>(peers);
        for (int p = 0; p < 300; p++)
        {
            var piece = new PieceIndex(p);
            for (int attempt = 0; ; attempt++)
            {
                Assert.True(attempt < 200, $"seed {seed}: piece {p} never passes");
                // The first try is shared, the next ones come from one sender, as the picker has it.
                PeerIdentity sole = active[random.Next(active.Count)];
                int[] content = new int[Blocks];
                bool rotten = random.Chance(0.05);
                for (int block = 0; block < Blocks; block++)
                {
                    bool fromDisk = random.Chance(0.05);
                    PeerIdentity sender = attempt > 0 ? sole : active[random.Next(active.Count)];
                    if (!fromDisk)
                        _ban.BlockReceived(_layout.Block(piece, block), sender);
                    content[block] = (!fromDisk && bad.Contains(sender) && random.Chance(0.2)) || (fromDisk && random.Chance(0.2)) ? 1 + random.Next(1000) : 0;
                }

                _convicted.Clear();
                bool right = content.All(block => block == 0);
                if (rotten)
                {
                    // It went to disk and came back wrong: no failure of the senders'.
                    _ban.PieceDropped(piece);
                    right = false;
                }
                else if (right)
                {
                    if (_ban.PiecePassed(piece))
                        _ban.PassedDigests(piece, Digests(content), _convicted);
                }
                else
                {
                    _ban.PieceFailed(piece, Digests(content), _convicted);
                }

                foreach (PeerIdentity one in _convicted)
                {
                    Assert.True(bad.Contains(one), $"seed {seed}: honest {one.Endpoint} convicted");
                    active.Remove(one);
                }

                if (right)
                    break;
            }
        }

        Assert.True(!active.Exists(bad.Contains), $"seed {seed}: {active.Count(bad.Contains)} of {bad.Count} bad ones are left");
    }

    private static Sha1Hash[] Digests(params int[] content)
    {
        var digests = new Sha1Hash[content.Length];
        Span<byte> bytes = stackalloc byte[Sha1Hash.Length];
        for (int i = 0; i < content.Length; i++)
        {
            BitConverter.TryWriteBytes(bytes, content[i]);
            digests[i] = new Sha1Hash(bytes);
        }

        return digests;
    }

    private void Receive(params PeerIdentity?[] senders)
    {
        for (int block = 0; block < senders.Length; block++)
        {
            if (senders[block] is { } sender)
                _ban.BlockReceived(_layout.Block(Piece, block), sender);
        }
    }
}
