using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

public sealed class DeadlineQueueTests
{
    [Fact]
    public void Deadlines_run_in_the_order_of_their_times_under_random_changes()
    {
        for (ulong seed = 0; seed < 30; seed++)
        {
            var random = new SeededRandom(seed);
            var queue = new DeadlineQueue();
            var expected = new Dictionary<int, MonoTime>();
            var run = new List<(int Index, MonoTime At)>();
            var deadlines = new Deadline[40];
            for (int i = 0; i < deadlines.Length; i++)
            {
                int index = i;
                deadlines[i] = new Deadline(queue, now => run.Add((index, expected[index])));
            }

            for (int step = 0; step < 500; step++)
            {
                int index = random.Next(deadlines.Length);
                if (random.Chance(0.2))
                {
                    deadlines[index].Clear();
                    expected.Remove(index);
                }
                else
                {
                    var at = new MonoTime(random.Next(1000));
                    deadlines[index].Set(at);
                    expected[index] = at;
                }

                MonoTime earliest = expected.Count == 0 ? MonoTime.Never : expected.Values.Min();
                Assert.True(queue.Next == earliest, $"seed {seed}");
            }

            var limit = new MonoTime(500);
            queue.Run(limit);
            Assert.True(run.Select(r => r.At).SequenceEqual(run.Select(r => r.At).Order()), $"seed {seed}");
            Assert.Equal(expected.Where(e => e.Value <= limit).Select(e => e.Key).Order(), run.Select(r => r.Index).Order());
        }
    }

    [Fact]
    public void Equal_times_run_in_the_order_in_which_they_were_set()
    {
        var queue = new DeadlineQueue();
        var run = new List<int>();
        foreach (int i in Enumerable.Range(0, 20))
            new Deadline(queue, _ => run.Add(i)).Set(new MonoTime(7));
        queue.Run(new MonoTime(7));
        Assert.Equal(Enumerable.Range(0, 20), run);
        Assert.True(queue.Next.IsNever);
    }

    [Fact]
    public void A_deadline_may_set_itself_again_while_it_runs()
    {
        var queue = new DeadlineQueue();
        int runs = 0;
        Deadline? deadline = null;
        deadline = new Deadline(queue, now =>
        {
            runs++;
            if (runs < 3)
                deadline!.Set(now);
            else
                deadline!.Set(now + TimeSpan.FromSeconds(1));
        });
        deadline.Set(MonoTime.Zero);
        queue.Run(MonoTime.Zero);
        Assert.Equal(3, runs);
        Assert.Equal(MonoTime.Zero + TimeSpan.FromSeconds(1), queue.Next);
    }
}
