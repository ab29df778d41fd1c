using System.Net;
using System.Text.Json;

namespace Freshet.Cli.Tests.Commands;

/// <summary><c>freshet dht</c> on a DHT of three nodes on this machine.</summary>
public sealed class DhtCommandTests : IAsyncLifetime
{
    private const string Swarm = "0123456789012345678901234567890123456789";

    private readonly TempFolder _folder = new();
    private readonly List<DhtClient> _nodes = [];

    public async ValueTask InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            _nodes.Add(await DhtClient.StartAsync(new DhtClientOptions
            {
                BindAddress = IPAddress.Loopback,
                Serves = true,
                Nodes = i == 0 ? [] : [new IPEndPoint(IPAddress.Loopback, _nodes[0].Port)],
                Routers = [],
            }));
            if (i > 0)
                await _nodes[i].JoinAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DhtClient node in _nodes)
            await node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_announces_another_finds()
    {
        CliResult none = await AskAsync("get-peers", Swarm);
        Assert.Equal(ExitCode.Network, none.ExitCode);
        CliResult announced = await AskAsync("announce", Swarm, "--port", "5001", "--seed");
        Assert.Equal(ExitCode.Ok, announced.ExitCode);
        Assert.Contains("3 stored it", announced.Out, StringComparison.Ordinal);

        CliResult found = await AskAsync("get-peers", Swarm);
        Assert.Equal(ExitCode.Ok, found.ExitCode);
        Assert.StartsWith("127.0.0.1:5001", found.Out, StringComparison.Ordinal);
        Assert.Contains("about 1 with all of it, 0 that lack something", (await AskAsync("get-peers", Swarm, "--count")).Out, StringComparison.Ordinal);
        Assert.Contains(Swarm, (await AskAsync("sample", Swarm)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_up_tells_programs_its_hops_nodes_and_times()
    {
        CliResult result = await AskAsync("find-node", Swarm, "--json");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Out);
        JsonElement json = document.RootElement;
        Assert.Equal(Swarm, json.GetProperty("target").GetString());
        Assert.InRange(json.GetProperty("hops").GetInt32(), 1, 3);
        Assert.InRange(json.GetProperty("answered").GetInt32(), 3, 4);
        Assert.True(json.GetProperty("milliseconds").GetDouble() >= 0);
        Assert.Equal(
            _nodes.Select(node => $"127.0.0.1:{node.Port}").Order(StringComparer.Ordinal),
            json.GetProperty("closest").EnumerateArray().Select(node => node.GetProperty("node").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_ping_tells_who_answers_and_who_does_not()
    {
        CliResult result = await AskAsync("ping", $"127.0.0.1:{_nodes[1].Port}", "127.0.0.1:1", "--json");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Out);
        JsonElement[] pings = [.. document.RootElement.EnumerateArray()];
        string id = (await _nodes[1].GetStatusAsync(TestContext.Current.CancellationToken)).IPv4!.Id;
        Assert.Equal(id, pings[0].GetProperty("id").GetString());
        Assert.StartsWith("FH", pings[0].GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, pings[1].GetProperty("milliseconds").ValueKind);
        Assert.Equal(ExitCode.Network, (await AskAsync("ping", "127.0.0.1:1")).ExitCode);
    }

    /// <summary>BEP 44's own example.</summary>
    [Fact]
    public async Task An_item_is_put_and_got_by_its_hash()
    {
        CliResult put = await AskAsync("put", "Hello World!");
        Assert.Equal(ExitCode.Ok, put.ExitCode);
        Assert.StartsWith("target: e5f96f6f38320f0f33959cb4d3d656452117aadb", put.Out, StringComparison.Ordinal);
        Assert.StartsWith("Hello World!", (await AskAsync("get", "e5f96f6f38320f0f33959cb4d3d656452117aadb")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Network, (await AskAsync("get", Swarm)).ExitCode);
    }

    [Fact]
    public async Task A_signed_item_is_changed_by_whoever_has_the_key_and_not_in_place_of_a_number_that_it_has_not()
    {
        Assert.SkipUnless(DhtClient.HasSignatures, "There is no libcrypto that knows Ed25519.");
        string key = _folder.At("key");
        Assert.Equal(ExitCode.Ok, (await AskAsync("put", "one", "--key", key, "--salt", "s")).ExitCode);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        CliResult second = await AskAsync("put", "two", "--key", key, "--salt", "s", "--json");
        using JsonDocument document = JsonDocument.Parse(second.Out);
        Assert.Equal(2, document.RootElement.GetProperty("sequence").GetInt64());
        string publicKey = document.RootElement.GetProperty("publicKey").GetString()!;
        Assert.StartsWith("two", (await AskAsync("get", publicKey, "--salt", "s")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Network, (await AskAsync("get", publicKey)).ExitCode);

        // 301 of BEP 44: the number is another by now.
        CliResult late = await AskAsync("put", "three", "--key", key, "--salt", "s", "--cas", "1", "--json");
        Assert.Equal(ExitCode.Network, late.ExitCode);
        using JsonDocument refused = JsonDocument.Parse(late.Out);
        Assert.Equal((3, 301), (refused.RootElement.GetProperty("refused").GetInt32(), refused.RootElement.GetProperty("lastError").GetInt32()));
    }

    [Fact]
    public async Task The_nodes_that_answered_are_remembered_for_the_next_command()
    {
        Assert.Equal(ExitCode.Ok, (await AskAsync("stats")).ExitCode);
        CliResult again = await Cli.RunAsync("dht", "find-node", "--bind", "127.0.0.1", "--dht-routers", "none", "--state-dir", _folder.At("state"), "--timeout", "20s");
        Assert.Equal(ExitCode.Ok, again.ExitCode);
    }

    [Fact]
    public async Task Where_nobody_answers_the_command_says_what_to_do()
    {
        CliResult result = await Cli.RunAsync("dht", "get-peers", Swarm, "--bind", "127.0.0.1", "--dht-routers", "none", "--state-dir", _folder.At("empty"), "--timeout", "300ms");
        Assert.Equal(ExitCode.Network, result.ExitCode);
        Assert.Contains("--node", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get-peers", "xyz")]
    [InlineData("find-node", "12")]
    [InlineData("announce", Swarm)]
    [InlineData("announce", Swarm, "--port", "70000")]
    [InlineData("get", "12")]
    [InlineData("put")]
    [InlineData("put", "text", "--salt", "s")]
    [InlineData("ping", "nobody")]
    public async Task What_makes_no_sense_is_refused(params string[] arguments)
    {
        CliResult result = await Cli.RunAsync(["dht", .. arguments, "--bind", "127.0.0.1", "--dht-routers", "none", "--state-dir", _folder.At("state")]);
        Assert.InRange(result.ExitCode, ExitCode.Usage, ExitCode.SourceUnreadable);
    }

    [Fact]
    public async Task A_node_serves_until_it_is_interrupted()
    {
        using var interrupt = new CancellationTokenSource();
        Task<CliResult> serving = Cli.RunAsync(
            new RunOptions { Interrupt = interrupt.Token },
            "dht", "serve", "--bind", "127.0.0.1", "--node", $"127.0.0.1:{_nodes[0].Port}", "--dht-routers", "none", "--state-dir", _folder.At("state"), "--json");
        while ((await _nodes[0].GetStatusAsync(TestContext.Current.CancellationToken)).Nodes < 3)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        CliResult result = await serving;
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        string[] events = [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
        Assert.Equal("listening", events[0]);
        Assert.Equal("ended", events[^1]);
    }

    private Task<CliResult> AskAsync(params string[] arguments) => Cli.RunAsync(
        ["dht", .. arguments, "--bind", "127.0.0.1", "--node", $"127.0.0.1:{_nodes[0].Port}", "--dht-routers", "none", "--state-dir", _folder.At("state"), "--timeout", "20s"]);
}
