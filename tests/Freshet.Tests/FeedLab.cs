using System.Net;
using System.Threading.Channels;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>A small DHT on addresses of this machine, a folder to publish and folders that follow. The DHT takes one node an address, so everyone has its own.</summary>
internal sealed class FeedLab : IAsyncDisposable
{
    private const int Nodes = 6;

    private static int s_labs;
    private readonly int _number = Interlocked.Increment(ref s_labs) % 200;
    private readonly List<DhtClient> _nodes = [];

    // Of each session by its name, also when it is started again. Who is found in the DHT at an address of this machine is not dialled, so peers are named.
    private readonly Dictionary<string, IPEndPoint> _sessions = new(StringComparer.Ordinal);
    private int _lastAddress;

    public TempFolder Folder { get; } = new();

    public SigningKey Key { get; } = SigningKey.Create();

    /// <summary>The value that named the first version.</summary>
    public byte[] FirstValue { get; set; } = [];

    private EndPoint Way => new IPEndPoint(AddressOf(1), _nodes[0].Port);

    public static async Task<FeedLab> StartAsync()
    {
        var lab = new FeedLab();
        await lab.RenewDhtAsync();
        return lab;
    }

    public string At(string path) => Folder.At("published", path);

    public void Write(string path, int length, ulong seed)
    {
        byte[] bytes = new byte[length];
        new SeededRandom(seed).NextBytes(bytes);
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), bytes);
    }

    /// <summary>Every node goes, and others come in their places that know nothing of feeds.</summary>
    public async Task RenewDhtAsync()
    {
        int port = _nodes.Count == 0 ? 0 : _nodes[0].Port;
        foreach (DhtClient node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        _lastAddress = Math.Max(_lastAddress, Nodes);
        for (int i = 1; i <= Nodes; i++)
        {
            _nodes.Add(await DhtClient.StartAsync(
                new DhtClientOptions { BindAddress = AddressOf(i), Port = i == 1 ? port : 0, Serves = true, Routers = [], Nodes = i == 1 ? [] : [Way] },
                TestContext.Current.CancellationToken));
        }

        foreach (DhtClient node in _nodes)
            await node.JoinAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> AskAsync<T>(Func<DhtClient, Task<T>> ask)
    {
        await using DhtClient client = await DhtClient.StartAsync(new DhtClientOptions { BindAddress = NextAddress(), Routers = [], Nodes = [Way] }, TestContext.Current.CancellationToken);
        await client.JoinAsync(TestContext.Current.CancellationToken);
        return await ask(client);
    }

    public async Task<FeedSide> PublishAsync(string name = "site", TimeSpan? watch = null, TimeSpan? refresh = null)
    {
        BitTorrentClient client = await StartAsync(name + "-publisher");
        var options = new FeedPublisherOptions { WatchInterval = watch };
        var publisher = new FeedPublisher(client, Key, refresh is { } interval ? options with { RefreshInterval = interval } : options);
        return new FeedSide(client, (tell, stop) => publisher.RunAsync(At(name), happened =>
        {
            if (happened is FeedPublished { Sequence: 1 } first)
                FirstValue = new BencodeWriter().Dictionary().Key("ih"u8).String(first.Hashes.Primary.Value.Bytes).End().ToArray();
            tell(happened);
        }, stop))
        { Link = publisher.Link };
    }

    public async Task<FeedSide> FollowAsync(bool once = false, string name = "followed", bool overwrite = false)
    {
        BitTorrentClient client = await StartAsync(name);
        var link = new FeedLink(Key.PublicKey);
        var follower = new FeedFollower(client, link, new FeedFollowerOptions
        {
            Directory = Folder.At(name),
            Interval = TimeSpan.FromMilliseconds(300),
            Once = once,
            Overwrite = overwrite,
            Peers = [.. _sessions.Where(session => session.Key != name).Select(session => session.Value)],
        });
        return new FeedSide(client, follower.RunAsync) { Link = link };
    }

    /// <summary>What is followed is what is published, and nothing is left of what was.</summary>
    public void AssertSame(string name, string follower = "followed")
    {
        foreach (string path in Directory.EnumerateFiles(At(name), "*", SearchOption.AllDirectories))
        {
            string copy = Folder.At(follower, Path.GetRelativePath(Folder.At("published"), path));
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(copy)), path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DhtClient node in _nodes)
            await node.DisposeAsync();
        Folder.Dispose();
    }

    private IPAddress NextAddress() => AddressOf(++_lastAddress);

    private IPAddress AddressOf(int host) => new([127, 46, (byte)_number, (byte)host]);

    private async Task<BitTorrentClient> StartAsync(string name)
    {
        IPEndPoint at = _sessions.GetValueOrDefault(name) ?? new IPEndPoint(NextAddress(), 0);
        BitTorrentClient client = await BitTorrentClient.StartAsync(
            new ClientOptions
            {
                DownloadDirectory = Folder.At(name),
                StateDirectory = Folder.At(name + "-state"),
                BindAddress = at.Address,
                ListenPort = at.Port,
                Dht = new DhtOptions { Routers = [Way] },
            },
            TestContext.Current.CancellationToken);
        _sessions[name] = new IPEndPoint(at.Address, client.Snapshot().ListenPort!.Value);
        return client;
    }
}

/// <summary>A session that publishes or follows, and what it tells.</summary>
internal sealed class FeedSide : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly BitTorrentClient _client;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Channel<FeedEvent> _events = Channel.CreateUnbounded<FeedEvent>();
    private readonly List<FeedEvent> _told = [];
    private readonly Task _run;
    private bool _isDisposed;

    public FeedSide(BitTorrentClient client, Func<Action<FeedEvent>, CancellationToken, Task> run)
    {
        _client = client;
        _run = Task.Run(async () =>
        {
            try
            {
                await run(happened => _events.Writer.TryWrite(happened), _stop.Token);
            }
            finally
            {
                _events.Writer.Complete();
            }
        });
    }

    public required FeedLink Link { get; init; }

    /// <summary>Waits for the next event of a kind; fails with what the run fails with.</summary>
    public async Task<T> NextAsync<T>()
        where T : FeedEvent
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                FeedEvent happened = await _events.Reader.ReadAsync(patience.Token);
                _told.Add(happened);
                if (happened is T found)
                    return found;
            }
            catch (ChannelClosedException closed)
            {
                await _run;
                throw new InvalidOperationException($"It ended without a {typeof(T).Name}, but: {string.Join("; ", _told)}", closed);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException($"No {typeof(T).Name} came, but: {string.Join("; ", _told)}", late);
            }
        }
    }

    /// <summary>Waits for its end.</summary>
    public Task EndAsync() => _run.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _client.DisposeAsync();
        _stop.Dispose();
    }
}
