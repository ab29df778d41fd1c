using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Magnet;

/// <summary>A DHT of as many nodes of libtorrent as of ours, each at an address of its own: two processes.</summary>
internal sealed class MixedDht : IDisposable
{
    /// <summary>The port of all nodes.</summary>
    public const int Port = 6881;

    private readonly MeasuredProcess _libtorrent;
    private readonly MeasuredProcess _ours;
    private int _newcomers;
    private bool _isDisposed;

    /// <summary>Builds one: each of ours knows one of libtorrent's to begin with, and each of libtorrent's the one before it.</summary>
    public MixedDht(Workplace workplace, int nodes)
    {
        string each = $"{nodes / 2}";
        _libtorrent = MeasuredProcess.Start(workplace, "0,1", Network.In(LibtorrentClient.Python, workplace.Unpack("dht_nodes.py"), PrivateNetwork.Prefix, each, $"{Port}"));
        _libtorrent.WaitFor("ready");
        _ours = MeasuredProcess.Start(workplace, "0,1", Network.In("dotnet", typeof(FreshetNodes).Assembly.Location, FreshetNodes.Verb, PrivateNetwork.Prefix, each, $"{Port}"));
        _ours.WaitFor("ready");
    }

    public PrivateNetwork Network { get; } = new();

    /// <summary>The node that newcomers know.</summary>
    public static string Router => $"{PrivateNetwork.Prefix}.2.3:{Port}";

    /// <summary>An address that nobody has had.</summary>
    public string NewAddress() => $"{PrivateNetwork.Prefix}.3.{++_newcomers}";

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ours.Dispose();
        _libtorrent.Dispose();
        Network.Dispose();
    }
}
