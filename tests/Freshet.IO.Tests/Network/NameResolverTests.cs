using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Freshet.IO.Loop;
using Freshet.IO.Network;

namespace Freshet.IO.Tests.Network;

public sealed class NameResolverTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    public void An_address_in_text_is_answered_at_once_and_nobody_is_asked(string text, string address)
    {
        using var resolver = new NameResolver(new MonoClock(_time), _ => throw new InvalidOperationException("asked"));
        ResolvedName? name = null;
        resolver.Resolve(text, answer => name = answer);
        Assert.Equal([IPAddress.Parse(address)], name!.Addresses);
    }

    [Fact]
    public async Task Many_who_ask_for_one_name_cost_one_look_up()
    {
        int asked = 0;
        using var hold = new ManualResetEventSlim();
        using var resolver = new NameResolver(new MonoClock(_time), _ =>
        {
            Interlocked.Increment(ref asked);
            hold.Wait();
            return [IPAddress.Parse("192.0.2.7")];
        });
        Task<ResolvedName>[] all = [.. Enumerable.Range(0, 20).Select(_ => resolver.ResolveAsync("tracker.example", CancellationToken.None))];
        hold.Set();
        foreach (ResolvedName name in await Task.WhenAll(all))
            Assert.Equal([IPAddress.Parse("192.0.2.7")], name.Addresses);
        Assert.Equal(1, asked);

        // Remembered for a minute, then asked again.
        await resolver.ResolveAsync("TRACKER.example", CancellationToken.None);
        Assert.Equal(1, asked);
        _time.Advance(TimeSpan.FromSeconds(60));
        await resolver.ResolveAsync("tracker.example", CancellationToken.None);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task What_is_not_found_is_an_error_and_soon_forgotten()
    {
        int asked = 0;
        using var resolver = new NameResolver(new MonoClock(_time), _ =>
        {
            asked++;
            throw new SocketException((int)SocketError.HostNotFound);
        });
        ResolvedName name = await resolver.ResolveAsync("nowhere.example", CancellationToken.None);
        Assert.Empty(name.Addresses);
        Assert.Equal("there is no such host", name.Error);
        await resolver.ResolveAsync("nowhere.example", CancellationToken.None);
        Assert.Equal(1, asked);
        _time.Advance(TimeSpan.FromSeconds(10));
        await resolver.ResolveAsync("nowhere.example", CancellationToken.None);
        Assert.Equal(2, asked);
    }

    [Fact]
    public void Threads_and_waiting_names_are_bounded()
    {
        using var hold = new ManualResetEventSlim();
        var inside = new ConcurrentDictionary<int, bool>();
        var resolver = new NameResolver(new MonoClock(_time), _ =>
        {
            inside.TryAdd(Environment.CurrentManagedThreadId, true);
            hold.Wait();
            return [IPAddress.Loopback];
        });
        using var answered = new CountdownEvent(NameResolver.MaxWaiting);
        int refused = 0;
        for (int i = 0; i < NameResolver.MaxWaiting + NameResolver.MaxThreads + 100; i++)
        {
            resolver.Resolve($"host{i}.example", name =>
            {
                if (name.Error is not null)
                    Interlocked.Increment(ref refused);
                else if (!answered.IsSet)
                    answered.Signal();
            });
        }

        Assert.InRange(refused, 100, 100 + NameResolver.MaxThreads);
        hold.Set();
        Assert.True(answered.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.InRange(inside.Count, 1, NameResolver.MaxThreads);
        resolver.Dispose();
    }

    [Fact]
    public async Task After_the_end_every_question_is_answered_with_an_error()
    {
        using var hold = new ManualResetEventSlim();
        var resolver = new NameResolver(new MonoClock(_time), _ =>
        {
            hold.Wait();
            return [IPAddress.Loopback];
        });
        Task<ResolvedName> waiting = resolver.ResolveAsync("a.example", CancellationToken.None);
        resolver.Dispose();
        Assert.NotNull((await waiting).Error);
        Assert.NotNull((await resolver.ResolveAsync("b.example", CancellationToken.None)).Error);
        hold.Set();
    }
}
