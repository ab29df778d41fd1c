using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>Rings of bytes and of bits, under random histories.</summary>
public sealed class RingTests
{
    [Fact]
    public void Bytes_come_out_as_they_went_in_wherever_the_ring_begins_and_grows()
    {
        var random = new SeededRandom(1);
        var ring = default(ByteRing);
        var plain = new List<byte>();
        byte[] piece = new byte[50_000];
        for (int step = 0; step < 3000; step++)
        {
            random.NextBytes(piece.AsSpan(0, 64));
            int count = random.Next(random.Chance(0.1) ? piece.Length : 3000);
            if (random.Chance(0.5) && plain.Count < 400_000)
            {
                ring.Append(piece.AsSpan(0, count));
                plain.AddRange(piece.AsSpan(0, count));
            }
            else
            {
                count = Math.Min(count, plain.Count);
                int from = random.Next(plain.Count - count + 1);
                byte[] copy = new byte[count];
                ring.CopyTo(ring.Start + from, copy);
                Assert.True(copy.AsSpan().SequenceEqual(plain.Skip(from).Take(count).ToArray()));
                Assert.True(plain.Count == 0 || ring.First.Length > 0);
                Assert.True(ring.First.SequenceEqual(plain.Take(ring.First.Length).ToArray()));
                ring.Skip(count);
                plain.RemoveRange(0, count);
            }

            Assert.Equal(plain.Count, ring.Length);
            if (random.Chance(0.02))
                ring.Trim();
            Assert.True(ring.Rented >= ring.Length);
        }

        ring.Release();
        Assert.Equal((0, 0), (ring.Length, ring.Rented));
    }

    [Fact]
    public void Bits_are_found_by_their_numbers_in_any_window()
    {
        var random = new SeededRandom(2);
        for (int run = 0; run < 50; run++)
        {
            var ring = default(BitRing);
            long first = random.Next(100_000);
            var set = new SortedSet<long>();
            ring.Grow(1024, first, first);
            for (int step = 0; step < 500; step++)
            {
                long number = first + random.Next(ring.Capacity - 64);
                if (random.Chance(0.6))
                {
                    ring.Set(number);
                    set.Add(number);
                }
                else
                {
                    ring.Clear(number);
                    set.Remove(number);
                }

                if (step == 250)
                    ring.Grow(ring.Capacity * 2, first, first + ring.Capacity);
                ulong bits = ring.Read(number);
                for (int bit = 0; bit < 64 && number + bit < first + ring.Capacity; bit++)
                    Assert.Equal(set.Contains(number + bit), (bits & (1UL << bit)) != 0);
                while (set.Count > 0 && set.Min < first + step - 200)
                {
                    ring.Clear(set.Min);
                    set.Remove(set.Min);
                }

                first = Math.Max(first, set.Count > 0 ? Math.Min(set.Min, first + step) : first);
            }

            ring.Release();
            Assert.Equal(0, ring.Capacity);
        }
    }
}
