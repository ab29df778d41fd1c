using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;

namespace Freshet.Engine.Tests.Choking;

public sealed class ChokerTests
{
    private const int PieceLength = 64 * 1024;

    [Fact]
    public void The_first_interested_peers_get_the_slots_at_once_and_the_next_one_when_one_is_free()
    {
        var rig = new ChokerRig(2);
        rig.Interested(1, 2, 3);
        Assert.Equal([ChokerRig.Peer(1), ChokerRig.Peer(2)], rig.Unchoked);
        rig.Left(1);
        Assert.Equal([ChokerRig.Peer(2), ChokerRig.Peer(3)], rig.Unchoked);
    }

    [Fact]
    public void No_rounds_go_by_while_nobody_is_interested()
    {
        var rig = new ChokerRig(2);
        Assert.True(rig.Choker.NextRechoke.IsNever);
        rig.Interested(1);
        Assert.Equal(rig.Now + Choker.Round, rig.Choker.NextRechoke);
        rig.NotInterested(1);
        Assert.True(rig.Choker.NextRechoke.IsNever);
        rig.Interested(1);
        rig.Left(1);
        Assert.True(rig.Choker.NextRechoke.IsNever);
    }

    [Fact]
    public void Who_lost_interest_keeps_its_slot_until_another_peer_needs_it()
    {
        var rig = new ChokerRig(1);
        rig.Interested(1);
        rig.NotInterested(1);
        Assert.True(rig.IsUnchoked(1));
        rig.Interested(2);
        Assert.Equal([ChokerRig.Peer(2)], rig.Unchoked);
    }

    /// <summary>THREATS W12: flapping costs the one who flaps its turn.</summary>
    [Fact]
    public void Who_flaps_goes_to_the_end_of_the_queue()
    {
        var rig = new ChokerRig(1);
        rig.Interested(1, 2);
        rig.Wait(1);
        rig.Interested(3);
        rig.Wait(1);
        rig.NotInterested(2);
        rig.Interested(2);
        rig.Left(1);
        Assert.Equal([ChokerRig.Peer(3)], rig.Unchoked);
    }

    /// <summary>THREATS W12: a peer that flaps makes us choke and unchoke nobody else.</summary>
    [Fact]
    public void A_flapping_peer_changes_nothing_for_those_who_hold_slots()
    {
        var rig = new ChokerRig(3);
        rig.Interested(1, 2, 3, 4);
        int changes = rig.Changes;
        for (int i = 0; i < 100; i++)
        {
            rig.NotInterested(4);
            rig.Interested(4);
        }

        Assert.Equal(changes, rig.Changes);
    }

    [Fact]
    public void A_leecher_gives_to_those_who_gave_most()
    {
        var rig = new ChokerRig(5);
        rig.Interested([.. Enumerable.Range(1, 10)]);
        rig.Rounds(12, () =>
        {
            foreach (int peer in Enumerable.Range(1, 10))
                rig.Receive(peer, peer * 100_000);
        });
        foreach (int best in Enumerable.Range(7, 4))
            Assert.True(rig.IsUnchoked(best), $"{best} is one of the four best");
        Assert.Equal(5, rig.Unchoked.Count);
    }

    [Fact]
    public void A_leechers_last_slot_goes_round_every_thirty_seconds_newcomers_first()
    {
        var rig = new ChokerRig(5);
        rig.Interested([.. Enumerable.Range(1, 8)]);
        var seen = new List<ConnectionId>();
        rig.Rounds(13, () =>
        {
            foreach (int peer in Enumerable.Range(1, 4))
                rig.Receive(peer, 1_000_000);
            seen.Add(rig.Unchoked[^1]);
        });
        Assert.True(rig.IsUnchoked(1) && rig.IsUnchoked(2) && rig.IsUnchoked(3) && rig.IsUnchoked(4));
        ConnectionId[] turns = [.. seen.Skip(1).Chunk(3).Select(static turn => Assert.Single(turn.Distinct()))];
        Assert.Equal([6, 7, 8, 5], turns.Select(static peer => (int)peer.Value));
    }

    [Fact]
    public void Who_snubs_us_or_downloads_nothing_more_is_given_nothing_but_its_turn()
    {
        var rig = new ChokerRig(5);
        rig.Interested([.. Enumerable.Range(1, 6)]);
        rig.Set(1, static figures => figures with { IsSnubbing = true });
        rig.Set(2, static figures => figures with { IsUploadOnly = true });
        int both = 0;
        rig.Rounds(30, () =>
        {
            rig.Receive(1, 10_000_000);
            rig.Receive(2, 10_000_000);
            both += rig.IsUnchoked(1) && rig.IsUnchoked(2) ? 1 : 0;
        });
        Assert.Equal(1, both);
        Assert.All(Enumerable.Range(3, 4), peer => Assert.True(rig.IsUnchoked(peer)));
    }

    [Fact]
    public void A_slot_is_kept_for_a_round_at_least()
    {
        var rig = new ChokerRig(3);
        rig.Interested(1, 2, 3);
        rig.Wait(9);
        rig.Interested(4);
        rig.Left(3);
        Assert.True(rig.IsUnchoked(4));
        rig.Interested(5);
        rig.Receive(5, 5_000_000);
        rig.Rounds(1);
        Assert.True(rig.IsUnchoked(4));
    }

    [Fact]
    public void Rates_that_are_nearly_equal_make_nobody_change_places()
    {
        var rig = new ChokerRig(5);
        rig.Interested([.. Enumerable.Range(1, 5)]);
        rig.Rounds(3);
        rig.Interested(6);
        var random = new SeededRandom(5);
        rig.Rounds(2);
        int regular = 0;
        rig.Rounds(30, () =>
        {
            foreach (int peer in Enumerable.Range(1, 6))
                rig.Receive(peer, 1_000_000 + random.Next(100_000));
            regular += rig.Unchoked.Count(static peer => peer.Value <= 4);
        });
        Assert.InRange(rig.Changes, 6, 6 + (2 * 11));
        Assert.True(regular >= 3 * 30);
    }

    [Fact]
    public void A_seeder_gives_to_those_who_take_fastest_and_a_quarter_of_its_slots_goes_round()
    {
        var rig = new ChokerRig(8, new SeederTurns(16 << 20));
        rig.Interested([.. Enumerable.Range(1, 20)]);
        rig.Rounds(12, () => SendToUnchoked(rig, static peer => peer * 100_000));
        Assert.Equal(6, rig.Unchoked.Count(static peer => peer.Value > 14 - 6));
        Assert.Equal(8, rig.Unchoked.Count);
    }

    /// <summary>THREATS W11: whoever takes fastest does not take everything.</summary>
    [Fact]
    public void At_a_seeder_the_fastest_take_turns_with_those_who_wait()
    {
        var rig = new ChokerRig(4, new SeederTurns(PieceLength));
        rig.Interested([.. Enumerable.Range(1, 12)]);
        int[] served = new int[13];
        rig.Rounds(200, () =>
        {
            foreach (ConnectionId peer in rig.Unchoked)
                served[peer.Value]++;
            SendToUnchoked(rig, static peer => peer <= 3 ? 100_000_000 : 1_000_000);
        });
        Assert.All(served.Skip(1), static rounds => Assert.InRange(rounds, 30, 150));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(4, 40)]
    [InlineData(8, 100)]
    [InlineData(null, 60)]
    public void At_a_seeder_nobody_starves(int? slots, int peers)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var random = new SeededRandom(seed);
            var rig = new ChokerRig(slots, new SeederTurns(PieceLength));
            rig.Interested([.. Enumerable.Range(1, peers)]);
            int[] waited = new int[peers + 1];
            int turning = Math.Max(1, (slots ?? AutomaticSlotsLeast) / 4);
            int bound = 3 * (((peers + turning - 1) / turning) + 1);
            rig.Rounds(3 * bound, () =>
            {
                SendToUnchoked(rig, _ => random.Next(3_000_000));
                for (int peer = 1; peer <= peers; peer++)
                {
                    waited[peer] = rig.IsUnchoked(peer) ? 0 : waited[peer] + 1;
                    Assert.True(waited[peer] <= bound, $"seed {seed}: {peer} has waited for {waited[peer]} rounds");
                }
            });
        }
    }

    /// <summary>Whatever peers do, slots are kept, nobody is choked twice, and no slot is empty while somebody waits who may have it.</summary>
    [Fact]
    public void Slots_are_kept_and_used_through_any_history()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var random = new SeededRandom(seed);
            int slots = random.Next(6);
            var rig = new ChokerRig(slots, random.Chance(0.5) ? new TitForTat() : new SeederTurns(PieceLength));
            var interested = new HashSet<int>();
            for (int step = 0; step < 400; step++)
            {
                rig.Wait(random.Next(3));
                int peer = 1 + random.Next(12);
                switch (random.Next(6))
                {
                    case 0 or 1:
                        rig.Interested(peer);
                        interested.Add(peer);
                        break;
                    case 2:
                        rig.NotInterested(peer);
                        interested.Remove(peer);
                        break;
                    case 3:
                        rig.Left(peer);
                        interested.Remove(peer);
                        break;
                    case 4:
                        rig.Receive(peer, random.Next(1_000_000));
                        rig.Send(peer, random.Next(1_000_000));
                        break;
                    default:
                        slots = random.Next(6);
                        rig.Choker.SetSlots(slots, rig.Now);
                        break;
                }

                if (rig.Choker.NextRechoke <= rig.Now)
                    rig.Choker.Rechoke(rig.Now);
                Assert.True(rig.Unchoked.Count <= slots, $"seed {seed}: {rig.Unchoked.Count} of {slots} slots");
                int served = rig.Unchoked.Count(id => interested.Contains((int)id.Value));
                Assert.True(served == Math.Min(slots, interested.Count), $"seed {seed}: {served} of {slots} slots used by {interested.Count}");
                Assert.Equal(interested.Count == 0, rig.Choker.NextRechoke.IsNever);
            }
        }
    }

    [Fact]
    public void Fewer_slots_choke_at_once_and_more_are_filled_at_once()
    {
        var rig = new ChokerRig(3);
        rig.Interested(1, 2, 3, 4);
        rig.Choker.SetSlots(1, rig.Now);
        Assert.Single(rig.Unchoked);
        rig.Choker.SetSlots(4, rig.Now);
        Assert.Equal(4, rig.Unchoked.Count);
        rig.Choker.SetSlots(0, rig.Now);
        Assert.Empty(rig.Unchoked);
    }

    /// <summary>128 KiB/s are shared by nine or ten, whoever waits.</summary>
    [Theory]
    [InlineData(32, 4, 6)]
    [InlineData(128, 8, 11)]
    [InlineData(1024, 21, 27)]
    public void Automatic_slots_share_a_full_line_in_shares_worth_having(int kibPerSecond, int least, int most)
    {
        var rig = new ChokerRig(slots: null, new SeederTurns(1 << 20));
        rig.Interested([.. Enumerable.Range(1, 80)]);
        rig.Rounds(60, () => SendToUnchoked(rig, _ => kibPerSecond * 10_240L / Math.Max(1, rig.Unchoked.Count)));
        Assert.InRange(rig.Choker.Slots, least, most);
    }

    [Fact]
    public void Automatic_slots_grow_while_those_who_are_served_lose_nothing()
    {
        var rig = new ChokerRig(slots: null, new SeederTurns(1 << 20));
        rig.Interested([.. Enumerable.Range(1, 80)]);
        rig.Rounds(40, () => SendToUnchoked(rig, static _ => 100_000));
        Assert.True(rig.Choker.Slots >= 60, $"80 peers of 10 kB/s each on an idle line: {rig.Choker.Slots} slots");
    }

    [Fact]
    public void Automatic_slots_do_not_count_those_who_take_nothing()
    {
        var rig = new ChokerRig(slots: null);
        rig.Interested([.. Enumerable.Range(1, 40)]);
        rig.Rounds(20, () => SendToUnchoked(rig, peer => peer % 2 == 0 ? 0 : 60_000));
        Assert.InRange(rig.Unchoked.Count(static peer => peer.Value % 2 == 1), 4, 20);
        Assert.True(rig.Choker.Slots >= 8, $"{rig.Choker.Slots} slots");
    }

    private static int AutomaticSlotsLeast => 4;

    private static void SendToUnchoked(ChokerRig rig, Func<int, long> bytes)
    {
        foreach (ConnectionId peer in rig.Unchoked)
            rig.Send((int)peer.Value, bytes((int)peer.Value));
    }
}
