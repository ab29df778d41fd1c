using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Tests.Swarms;

public sealed class PeerTableTests
{
    public static TheoryData<ulong> Seeds => [1, 2, 3, 4, 5, 6, 7, 8];

    // A plain dictionary is the model: addresses, kinds, identities and counts agree after every step of a random history.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_history_leaves_what_a_dictionary_would(ulong seed)
    {
        var random = new SeededRandom(seed);
        bool isIPv6 = random.Chance(0.5);
        var table = new PeerTable(isIPv6, random.NextUInt64());
        var model = new Dictionary<string, (PeerKind Kind, ulong Identity, uint Seen)>(StringComparer.Ordinal);
        for (uint step = 1; step < 4000; step++)
        {
            byte[] compact = Compact(isIPv6, random.Next(300));
            string key = Convert.ToHexString(compact);
            int position = table.Find(compact, out _);
            Assert.Equal(model.ContainsKey(key), position >= 0);
            var kind = (PeerKind)random.Next(3);
            if (random.Chance(step % 1000 < 500 ? 0.7 : 0.3))
            {
                ulong identity = random.Chance(0.5) ? 0 : ((ulong)step << 32) | (uint)random.Next(4);
                if (position < 0)
                    table.Add(compact, default, identity, kind, step);
                else
                    table.Refresh(position, compact, default, identity, kind, step);
                model[key] = (kind, identity, step);
            }
            else if (position >= 0)
            {
                table.Remove(position);
                model.Remove(key);
            }

            Assert.Equal(model.Count, table.Count);
        }

        foreach (PeerKind kind in Enum.GetValues<PeerKind>())
            Assert.Equal(model.Values.Count(entry => entry.Kind == kind), table.CountOf(kind));
        for (int position = 0; position < table.Count; position++)
        {
            Assert.Equal(model[Convert.ToHexString(table.Compact(position))], (table.Kind(position), table.Identity(position), table.LastSeen(position)));
            if (table.Identity(position) != 0)
                Assert.Equal(position, table.FindClient(table.Identity(position)));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Chosen_peers_are_distinct_of_the_right_kind_and_never_whoever_asks(ulong seed)
    {
        var random = new SeededRandom(seed);
        var table = new PeerTable(isIPv6: false, seed);
        int count = 1 + random.Next(400);
        for (int i = 0; i < count; i++)
            table.Add(Compact(false, i), default, 0, (PeerKind)random.Next(3), 1);
        int leechers = table.CountOf(PeerKind.Leecher);
        byte[] chosen = new byte[200 * 6];
        for (int round = 0; round < 50; round++)
        {
            bool leechersOnly = random.Chance(0.5);
            int self = random.Next(count + 1) - 1;
            int wanted = random.Next(201);
            int named = table.Choose(wanted, leechersOnly, self, random, chosen, []);
            int available = leechersOnly ? leechers - (self >= 0 && table.Kind(self) == PeerKind.Leecher ? 1 : 0) : count - (self >= 0 ? 1 : 0);
            Assert.Equal(Math.Min(wanted, available), named);
            int[] positions = [.. Enumerable.Range(0, named).Select(i => table.Find(chosen.AsSpan(i * 6, 6), out _))];
            Assert.Equal(named, positions.Distinct().Count());
            Assert.DoesNotContain(self, positions);
            Assert.All(positions, position => Assert.True(!leechersOnly || table.Kind(position) == PeerKind.Leecher));
        }
    }

    // Each of 100 peers is expected 2,000 times; chance alone (a deviation of 42) makes no difference of 250.
    [Fact]
    public void Every_peer_is_as_likely_as_any_other()
    {
        var random = new SeededRandom(11);
        var table = new PeerTable(isIPv6: false, 11);
        for (int i = 0; i < 100; i++)
            table.Add(Compact(false, i), default, 0, PeerKind.Leecher, 1);
        int[] named = new int[100];
        byte[] chosen = new byte[10 * 6];
        for (int round = 0; round < 20_000; round++)
        {
            table.Choose(10, leechersOnly: false, -1, random, chosen, []);
            for (int i = 0; i < 10; i++)
                named[table.Find(chosen.AsSpan(i * 6, 6), out _)]++;
        }

        Assert.All(named, times => Assert.InRange(times, 1750, 2250));
    }

    [Fact]
    public void Nothing_is_allocated_while_a_table_does_not_grow()
    {
        var random = new SeededRandom(3);
        var table = new PeerTable(isIPv6: false, 3);
        for (int i = 0; i < 1000; i++)
            table.Add(Compact(false, i), default, 0, PeerKind.Leecher, 1);
        byte[] chosen = new byte[50 * 6];
        byte[] compact = Compact(false, 77);
        for (int warm = 0; warm < 2; warm++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                table.Refresh(table.Find(compact, out _), compact, default, 0, i % 2 == 0 ? PeerKind.Seeder : PeerKind.Leecher, 2);
                table.Choose(50, leechersOnly: false, 3, random, chosen, []);
            }

            if (warm > 0)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static byte[] Compact(bool isIPv6, int number)
    {
        byte[] compact = new byte[isIPv6 ? 18 : 6];

        // A few sources with many ports each, and many with one.
        PeerAddress address = number % 3 == 0 ? Peers.Address("44.0.0.1") : Peers.Address($"44.1.{number / 256}.{number % 256}");
        if (isIPv6)
            address = number % 3 == 0 ? Peers.Address("2a00::1") : Peers.Address($"2a00:{number:x}::1");
        address.WriteCompact((ushort)(1000 + number), compact);
        return compact;
    }
}
