namespace Freshet.Interop.Tests.Lab;

/// <summary>A DHT of libtorrent's nodes and ours on one host, each at an address of its own.</summary>
internal sealed class MixedDht : IAsyncDisposable
{
    private const int Port = 6881;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly NetworkLab _lab;
    private readonly LabHost _host;
    private readonly string _network;

    private MixedDht(NetworkLab lab, LabHost host, string network, LabProcess libtorrent)
    {
        _lab = lab;
        _host = host;
        _network = network;
        Libtorrent = libtorrent;
    }

    public NetworkLab Lab => _lab;

    public LabHost Host => _host;

    /// <summary>All nodes of libtorrent: one process that takes lines.</summary>
    public LabProcess Libtorrent { get; }

    /// <summary>Builds one: a node of ours knows one of libtorrent's to begin with, and each of libtorrent's the one before it.</summary>
    /// <param name="network">The first two numbers of the addresses: <c>127.0</c>, or <c>10.78</c>, from where peers may be dialled on the DHT's word.</param>
    /// <param name="nodes">How many of each.</param>
    public static async Task<MixedDht> CreateAsync(string network, int nodes)
    {
        await Clients.Libtorrent.NeedAsync();
        NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost host = await lab.AddHostAsync();
        if (network != "127.0")
            await host.AddNetworkAsync($"{network}.0.1/16");
        LabProcess libtorrent = host.Start(Clients.Libtorrent.Python, await lab.ScriptAsync("libtorrent_dht.py"), $"{network}.1", $"{nodes}", $"{Port}");
        await libtorrent.WaitForAsync("ready", Limit);
        var dht = new MixedDht(lab, host, network, libtorrent);
        LabProcess[] ours = [.. Enumerable.Range(1, nodes).Select(i => host.Freshet(
            "dht", "serve", "--bind", dht.Ours(i), "--listen-port", $"{Port}", "--node", $"{dht.Theirs(i)}:{Port}", "--dht-routers", "none", "--state-dir", host.NewFolder($"node-{i}")))];
        foreach (LabProcess node in ours)
            await node.WaitForAsync("joined", Limit);
        return dht;
    }

    /// <summary>The address of a node of libtorrent, from 1.</summary>
    public string Theirs(int number) => $"{_network}.1.{number}";

    /// <summary>The address of a node of ours, from 1.</summary>
    public string Ours(int number) => $"{_network}.2.{number}";

    /// <summary>An address that nobody has yet.</summary>
    public string Other(int number) => $"{_network}.3.{number}";

    /// <summary>Asks with the command, by way of a node of ours, until it succeeds; gives what it printed.</summary>
    public async Task<string> AskAsync(int way, params string[] arguments)
    {
        for (int attempt = 1; ; attempt++)
        {
            LabProcess command = _host.Freshet(
                ["dht", .. arguments, "--bind", Other(way), "--node", $"{Ours(way)}:{Port}", "--dht-routers", "none", "--state-dir", _host.NewFolder($"asker-{way}-{attempt}")]);
            if (await command.WaitAsync(Limit) == 0)
                return command.Output;

            // What the other side was told to store may be on its way.
            Assert.True(attempt < 10, $"dht {string.Join(' ', arguments)}:\n{command.Output}");
        }
    }

    public async ValueTask DisposeAsync() => await _lab.DisposeAsync();
}
