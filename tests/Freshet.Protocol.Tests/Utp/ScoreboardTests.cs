using Freshet.Core;
using Freshet.Protocol.Utp;
using Freshet.Protocol.Utp.Sending;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>The scoreboard under random histories, beside the plainest one there is.</summary>
public sealed class ScoreboardTests
{
    [Fact]
    public void It_agrees_with_a_plain_list_of_packets_whatever_happens()
    {
        for (ulong seed = 0; seed < 12; seed++)
            Run(seed);
    }

    private static void Run(ulong seed)
    {
        var random = new SeededRandom(seed);
        long first = 65_500;
        var board = new Scoreboard(first);
        var plain = new SortedDictionary<long, Plain>();
        long acknowledged = first - 1;
        long now = 1000;
        for (int step = 0; step < 500; step++)
        {
            now += random.Next(5_000_000);
            int choice = random.Next(10);
            if (choice < 4 && board.Count < 3000)
            {
                for (int burst = random.Next(seed % 2 == 0 ? 20 : 200); burst >= 0; burst--)
                {
                    int length = 1 + random.Next(1400);
                    plain.Add(board.Next, new Plain { Length = length, SentAt = now, Transmissions = 1 });
                    board.Add(new SentPacket { Length = length, SentAt = now, Transmissions = 1 });
                }
            }
            else if (choice < 6)
            {
                for (int i = random.Next(20); i >= 0 && board.TryGetLost(out long lost); i--)
                {
                    Assert.Equal(plain.First(entry => entry.Key >= lost).Key, lost);
                    Assert.True(plain[lost].IsLost);
                    board.Resent(lost, new MonoTime(now));
                    plain[lost] = plain[lost] with { IsLost = false, SentAt = now, Transmissions = plain[lost].Transmissions + 1 };
                }
            }
            else if (choice < 9)
            {
                Acknowledge(random, board, plain, ref acknowledged);
            }
            else if (random.Chance(0.05))
            {
                board.LoseAll();
                foreach (long number in plain.Keys.ToArray())
                    plain[number] = plain[number] with { IsLost = !plain[number].HasArrived };
            }

            Assert.Equal(plain.Values.Where(packet => packet is { HasArrived: false, IsLost: false }).Sum(packet => packet.Length), board.InFlight);
            Assert.Equal(plain.Values.Where(packet => packet is { HasArrived: false, IsLost: true }).Sum(packet => packet.Length), board.LostBytes);
            Assert.Equal(plain.Count, board.Count);
        }

        board.Clear();
        Assert.False(board.HoldsMemory);
    }

    private static void Acknowledge(SeededRandom random, Scoreboard board, SortedDictionary<long, Plain> plain, ref long acknowledged)
    {
        long ack = Math.Min(board.Next - 1, acknowledged + (random.Chance(0.5) ? 0 : random.Next(30)));
        byte[] mask = new byte[random.Next(9) * 4];
        foreach (ref byte bits in mask.AsSpan())
            bits = (byte)(random.Next(256) & random.Next(256));

        long bytes = 0;
        foreach (long number in plain.Keys.ToArray())
        {
            long bit = number - ack - 2;
            bool isNamed = number <= ack || (bit >= 0 && bit < mask.Length * 8 && (mask[bit / 8] & (1 << (int)(bit % 8))) != 0);
            if (isNamed && !plain[number].HasArrived)
            {
                bytes += plain[number].Length;
                plain[number] = plain[number] with { HasArrived = true, IsLost = false };
            }

            if (number <= ack)
                plain.Remove(number);
        }

        acknowledged = ack;
        board.Acknowledge(ack, mask, long.MaxValue, out AckOutcome outcome);
        Assert.Equal(bytes, outcome.Bytes);
        while (board.FindLost(UtpLimits.LossThreshold, TimeSpan.FromMilliseconds(10), out long lost))
        {
            Plain packet = plain[lost];
            Assert.False(packet.HasArrived || packet.IsLost);
            plain[lost] = packet with { IsLost = true };
        }

        // Whoever was sent once and has three behind it that arrived is found.
        int behind = 0;
        foreach ((long number, Plain packet) in plain.Reverse())
        {
            if (packet.HasArrived)
                behind++;
            else if (packet.Transmissions == 1 && behind >= UtpLimits.LossThreshold)
                Assert.True(packet.IsLost, $"{number}");
        }
    }

    private readonly record struct Plain
    {
        public int Length { get; init; }

        public long SentAt { get; init; }

        public int Transmissions { get; init; }

        public bool HasArrived { get; init; }

        public bool IsLost { get; init; }
    }
}
