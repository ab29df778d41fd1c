namespace Freshet.Redis.Tests;

public sealed class RedisClientTests
{
    private static readonly RedisClientOptions Quick = new() { BackOff = TimeSpan.FromMilliseconds(5), MaxBackOff = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task Commands_come_back_in_order_with_their_replies()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using var client = await ConnectAsync(server.Address);
        byte[] odd = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        RespValue[] replies = await client.SendAsync(new RedisBatch()
            .Add("SET", "a", new RedisArgument(odd)).Add("GET", "a").Add("GET", "none").Add("INCR", "n").Add("NONSENSE").Add("LRANGE", "l", 0, -1).Add("KEYS", "*"));
        Assert.Equal("OK", replies[0].Text);
        Assert.Equal(odd, replies[1].Bytes.ToArray());
        Assert.Equal(RespKind.Null, replies[2].Kind);
        Assert.Equal(1, replies[3].Number);
        Assert.Equal(RespKind.Error, replies[4].Kind);
        Assert.Empty(replies[5].Items);
        Assert.Equal("a n", string.Join(' ', replies[6].Items.Select(item => item.Text).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Many_at_once_each_get_their_own()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using var client = await ConnectAsync(server.Address);
        await Parallel.ForAsync(0, 2000, async (i, _) =>
        {
            RespValue[] replies = await client.SendAsync(new RedisBatch().Add("ECHO", i).Add("ECHO", $"{i}!"));
            Assert.Equal(i, replies[0].Number);
            Assert.Equal($"{i}!", replies[1].Text);
        });
    }

    [Fact]
    public async Task A_password_opens_and_a_wrong_one_is_said()
    {
        await using RedisServer server = await RedisServer.StartAsync("se@cret");
        Assert.True(RedisAddress.TryParse($"redis://:se%40cret@127.0.0.1:{server.Port}", out RedisAddress? right));
        await using var client = await ConnectAsync(right);
        Assert.Equal("PONG", (await client.SendAsync(new RedisBatch().Add("PING")))[0].Text);

        Assert.True(RedisAddress.TryParse($"redis://:wrong@127.0.0.1:{server.Port}", out RedisAddress? wrong));
        string? told = null;
        await using var refused = new RedisClient(wrong, Quick, trouble => told = trouble);
        await refused.TriedOnce;
        Assert.Contains("refuses us", told, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong@", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outage_is_said_once_fails_at_once_and_is_recovered_from()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        var told = new List<string?>();
        await using var client = new RedisClient(server.Address, Quick, told.Add);
        await client.TriedOnce;
        await server.StopAsync();
        while (client.IsConnected)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<RedisException>(() => client.SendAsync(new RedisBatch().Add("PING")));
        await server.StartAgainAsync();
        while (!client.IsConnected)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal("PONG", (await client.SendAsync(new RedisBatch().Add("PING")))[0].Text);
        Assert.Equal(2, told.Count);
        Assert.Contains("cannot be reached", told[0], StringComparison.Ordinal);
        Assert.Null(told[1]);
    }

    [Fact]
    public async Task A_redis_that_hangs_is_given_up_and_what_waits_for_it_is_bounded()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using var client = new RedisClient(
            server.Address, Quick with { CommandTimeout = TimeSpan.FromMilliseconds(200), ConnectTimeout = TimeSpan.FromMilliseconds(200), MaxPending = 10 });
        await client.TriedOnce;
        await server.FreezeAsync(true);
        Task<RespValue[]>[] waiting = [.. Enumerable.Range(0, 30).Select(_ => client.SendAsync(new RedisBatch().Add("PING")))];
        Assert.True(waiting.Count(task => task.IsFaulted) >= 20);
        foreach (Task<RespValue[]> task in waiting)
            await Assert.ThrowsAsync<RedisException>(() => task);
        await server.FreezeAsync(false);
        while (!client.IsConnected)
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("redis://h", "h:6379/0", null, null)]
    [InlineData("redis://u:p%3A@h:1/7", "h:1/7", "u", "p:")]
    [InlineData("rediss://[::1]:5", "::1:5/0", null, null)]
    public void An_address_is_a_url(string url, string text, string? user, string? password)
    {
        Assert.True(RedisAddress.TryParse(url, out RedisAddress? address));
        Assert.Equal((text, user, password, url.StartsWith("rediss", StringComparison.Ordinal)), (address.ToString(), address.User, address.Password, address.UsesTls));
    }

    [Theory]
    [InlineData("http://h")]
    [InlineData("redis:")]
    [InlineData("redis://h/x")]
    [InlineData("redis://h/?a=b")]
    [InlineData("h:6379")]
    public void Other_texts_are_no_address(string url) => Assert.False(RedisAddress.TryParse(url, out _));

    private static async Task<RedisClient> ConnectAsync(RedisAddress address)
    {
        var client = new RedisClient(address, Quick with { CommandTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(30) });
        await client.TriedOnce;
        Assert.True(client.IsConnected);
        return client;
    }
}
