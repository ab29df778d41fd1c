using System.Collections.Concurrent;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;

namespace Freshet.IO.Tests.State;

public sealed class StateWriterTests
{
    [Fact]
    public void What_comes_while_one_transaction_runs_is_one_transaction_more_with_the_latest_of_each()
    {
        using var store = new GatedStore();
        using var writer = new StateWriter(store, TimeSpan.Zero);
        var saved = new BlockingCollection<(long Ticket, string? Error)>();
        writer.Start((ticket, error) => saved.Add((ticket, error)));
        writer.Save(Records.Make(Records.V1(1), seed: 1), 1);
        store.AwaitSave();
        for (int i = 2; i <= 20; i++)
            writer.Save(Records.Make(Records.V1((byte)(1 + (i % 2))), seed: (ulong)i), i);
        store.Release();
        Assert.Equal((1L, null), saved.Take(TestContext.Current.CancellationToken));
        store.AwaitSave();
        store.Release();
        Assert.Equal((20L, null), saved.Take(TestContext.Current.CancellationToken));
        Assert.Equal(2, store.Batches.Count);
        Assert.Equal([19L << 40, 20L << 40], store.Batches.Last().Select(record => record.Downloaded).Order());
    }

    [Fact]
    public void A_failure_is_told_and_tried_again_until_it_is_kept()
    {
        using var store = new GatedStore { Failures = 2 };
        using var writer = new StateWriter(store, TimeSpan.Zero);
        var saved = new BlockingCollection<(long Ticket, string? Error)>();
        writer.Start((ticket, error) => saved.Add((ticket, error)));
        store.Release(3);
        writer.Save(Records.Make(Records.V1(1)), 7);
        Assert.Equal((7L, "the store is unwell"), saved.Take(TestContext.Current.CancellationToken));
        Assert.Equal((7L, "the store is unwell"), saved.Take(TestContext.Current.CancellationToken));
        Assert.Equal((7L, null), saved.Take(TestContext.Current.CancellationToken));
        Records.AssertSame(Records.Make(Records.V1(1)), Assert.Single(store.Batches.Last()));
    }

    [Fact]
    public void What_was_put_back_after_a_failure_does_not_displace_what_is_newer()
    {
        using var store = new GatedStore { Failures = 1 };
        using var writer = new StateWriter(store, TimeSpan.Zero);
        var saved = new BlockingCollection<(long Ticket, string? Error)>();
        writer.Start((ticket, error) => saved.Add((ticket, error)));
        writer.Save(Records.Make(Records.V1(1), seed: 1), 1);
        store.AwaitSave();
        writer.Save(Records.Make(Records.V1(1), seed: 2), 2);
        store.Release(2);
        Assert.NotNull(saved.Take(TestContext.Current.CancellationToken).Error);
        Assert.Equal((2L, null), saved.Take(TestContext.Current.CancellationToken));
        Assert.Equal(2L << 40, Assert.Single(store.Batches.Last()).Downloaded);
    }

    [Fact]
    public void Disposing_writes_what_is_queued_without_waiting_for_the_interval()
    {
        using var store = new GatedStore();
        store.Release(10);
        long last = 0;
        using (var writer = new StateWriter(store, TimeSpan.FromHours(1)))
        {
            using var first = new ManualResetEventSlim();
            writer.Start((ticket, _) =>
            {
                last = ticket;
                first.Set();
            });
            writer.Save(Records.Make(Records.V1(1)), 1);
            first.Wait(TestContext.Current.CancellationToken);
            writer.Save(Records.Make(Records.V1(2)), 2);
        }

        Assert.Equal(2, last);
        Assert.Equal(2, store.Batches.Count);
    }

    [Fact]
    public void Hurry_does_not_wait_for_the_interval()
    {
        using var store = new GatedStore();
        store.Release(10);
        using var writer = new StateWriter(store, TimeSpan.FromHours(1));
        var saved = new BlockingCollection<long>();
        writer.Start((ticket, _) => saved.Add(ticket));
        writer.Save(Records.Make(Records.V1(1)), 1);
        Assert.Equal(1, saved.Take(TestContext.Current.CancellationToken));
        writer.Save(Records.Make(Records.V1(2)), 2);
        writer.Hurry();
        Assert.Equal(2, saved.Take(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_store_that_fails_to_the_end_does_not_hold_up_the_end()
    {
        using var store = new GatedStore { Failures = int.MaxValue };
        store.Release(1000);
        var writer = new StateWriter(store, TimeSpan.FromHours(1));
        string? error = null;
        writer.Start((_, message) => error = message);
        writer.Save(Records.Make(Records.V1(1)), 1);
        writer.Dispose();
        Assert.Equal("the store is unwell", error);
    }

    private sealed class GatedStore : IStateStore
    {
        private readonly SemaphoreSlim _entered = new(0);
        private readonly SemaphoreSlim _gate = new(0);

        public ConcurrentQueue<IReadOnlyList<ResumeRecord>> Batches { get; } = new();

        public int Failures { get; set; }

        public string BootId => "";

        public void AwaitSave() => _entered.Wait();

        public void Release(int count = 1) => _gate.Release(count);

        public ResumeRecord? Load(InfoHashes hashes) => null;

        public void Save(IReadOnlyList<ResumeRecord> records)
        {
            _entered.Release();
            _gate.Wait();
            if (Failures-- > 0)
                throw new IOException("the store is unwell");
            Batches.Enqueue(records);
        }

        public void Remove(InfoHashes hashes)
        {
        }

        public void Dispose()
        {
            // Whatever still waits goes through.
            _gate.Release(1000);
        }
    }
}
