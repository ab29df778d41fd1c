using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.IO.Loop;
using Freshet.IO.Native;
using Freshet.IO.Network;
using Freshet.Protocol.Dht;
using Freshet.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet;

/// <summary>
/// Takes part in the DHT without a session: asks for nodes, peers, items and swarms, announces and puts. Every question goes over all address families that there are. Any thread
/// may call.
/// </summary>
public sealed class DhtClient : IAsyncDisposable
{
    private readonly EngineLoop _loop;
    private readonly BlockPool _pool;
    private readonly DhtProbe _probe;
    private readonly DhtQuestions _questions;
    private readonly NameResolver _resolver;
    private readonly IStateStore? _store;
    private readonly ILogger _logger;
    private int _disposed;

    private DhtClient(EngineLoop loop, BlockPool pool, DhtProbe probe, NameResolver resolver, IStateStore? store, ILogger logger)
    {
        _loop = loop;
        _pool = pool;
        _probe = probe;
        _questions = new DhtQuestions(loop, probe.Nodes);
        _resolver = resolver;
        _store = store;
        _logger = logger;
    }

    /// <summary>Whether this machine can make and check signatures: where not (no libcrypto), mutable items can be neither put nor got.</summary>
    public static bool HasSignatures => Ed25519.Available is not null;

    /// <summary>The UDP port.</summary>
    public int Port => _loop.ListenPort;

    /// <summary>Ends when the client does; faulted where it failed, which is a defect of this library.</summary>
    public Task Completion => _loop.Completion;

    /// <summary>Starts one, and begins to find the way into the DHT.</summary>
    /// <exception cref="FreshetException">No socket can be opened, or the state folder was written by a newer version.</exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static Task<DhtClient> StartAsync(DhtClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DhtClientOptions();
        SettingsCheck.Check(options.Nodes);
        SettingsCheck.Check(options.Routers);

        // Opening a database and sockets blocks.
        return Task.Run(() => Start(options), cancellationToken);
    }

    /// <summary>The public key of a private one, 32 bytes each.</summary>
    /// <exception cref="FreshetException">This machine can make no signatures (<see cref="HasSignatures"/>).</exception>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        byte[] key = new byte[IEd25519.PublicKeyBytes];
        DhtQuestions.Signatures.PublicKey(privateKey, key);
        return key;
    }

    /// <summary>Waits until there are nodes that have answered.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken = default)
        => await (await _loop.InvokeAsync(_ => _probe.InAsync()).ConfigureAwait(false)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Asks a node whether it is there, at each address of its name.</summary>
    public async Task<IReadOnlyList<DhtPing>> PingAsync(EndPoint node, CancellationToken cancellationToken = default)
    {
        SettingsCheck.Check([node]);
        IReadOnlyList<IPEndPoint> addresses = await EndpointLookup.ResolveAsync([node], _resolver, cancellationToken).ConfigureAwait(false);
        return await Task.WhenAll(addresses.Select(async address =>
        {
            if (_probe.Nodes.Of(AddressRules.Unmapped(address.Address).AddressFamily) is not { } ours)
                return new DhtPing(address);
            DhtOperation ping = (await _questions.RunAsync((_, sink, now) => ours.Ping(address, sink, now), cancellationToken).ConfigureAwait(false)).Operation;
            return new DhtPing(address)
            {
                Id = ping is { RoundTrip: not null, Closest: [var contact, ..] } ? contact.Id.ToString() : null,
                RoundTrip = ping.RoundTrip,
                Version = ping.Version.IsEmpty ? null : DhtText.OfVersion(ping.Version.Span),
            };
        })).ConfigureAwait(false);
    }

    /// <summary>Looks for the nodes nearest to a point.</summary>
    /// <param name="target">The point, 20 bytes, as an info-hash is one; null: a random one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DhtLookup> FindNodesAsync(InfoHash? target = null, CancellationToken cancellationToken = default)
    {
        NodeId point = PointOf(target);
        DhtRun run = await _questions.RunAsync((all, sink, now) => all.FindNodes(point, sink, now), cancellationToken).ConfigureAwait(false);
        return run.Fill(new DhtLookup { Target = point.ToString() });
    }

    /// <summary>Looks for the peers of a swarm. Never ask for a private torrent's.</summary>
    /// <param name="swarm">The info-hash.</param>
    /// <param name="found">Told of peers as they come, on a thread that must not be held up; null: nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DhtPeers> FindPeersAsync(InfoHash swarm, Action<IReadOnlyList<IPEndPoint>>? found = null, CancellationToken cancellationToken = default)
        => SearchAsync(swarm, PeerSearch.Plain, found, cancellationToken);

    /// <summary>Asks about how many peers a swarm has (BEP 33).</summary>
    public Task<DhtPeers> CountPeersAsync(InfoHash swarm, CancellationToken cancellationToken = default)
        => SearchAsync(swarm, new PeerSearch { Scrapes = true }, null, cancellationToken);

    /// <summary>Looks for the peers of a swarm, and tells the nodes nearest to it that there is one at this machine.</summary>
    /// <param name="swarm">The info-hash; never a private torrent's.</param>
    /// <param name="port">The TCP port of the peer.</param>
    /// <param name="isSeed">Whether it has all of the torrent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DhtPeers> AnnounceAsync(InfoHash swarm, int port, bool isSeed = false, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return SearchAsync(swarm, new PeerSearch { AnnouncePort = (ushort)port, IsSeed = isSeed }, null, cancellationToken);
    }

    /// <summary>Looks for an immutable item by the SHA-1 of its value (BEP 44).</summary>
    public async Task<DhtItemResult> GetAsync(InfoHash target, CancellationToken cancellationToken = default)
    {
        NodeId point = PointOf(target);
        DhtRun run = await _questions.RunAsync((all, sink, now) => all.GetItem(point, sink, now), cancellationToken).ConfigureAwait(false);
        return Result(run, point);
    }

    /// <summary>Looks for the newest item of a key (BEP 44).</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="salt">What tells apart the items of one key, at most 64 bytes; empty: the one without.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">This machine can check no signatures (<see cref="HasSignatures"/>).</exception>
    public async Task<DhtItemResult> GetAsync(ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> salt, CancellationToken cancellationToken = default)
    {
        DhtRun run = await _questions.GetAsync(publicKey, salt, cancellationToken).ConfigureAwait(false);
        return Result(run, DhtItem.TargetOf(publicKey.Span, salt.Span));
    }

    /// <summary>Puts an item that is found by the SHA-1 of its value (BEP 44). Nodes keep it for two hours.</summary>
    /// <param name="value">The value, bencoded, at most 1,000 bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DhtItemResult> PutAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, DhtLimits.MaxValue, nameof(value));
        return PutAsync(new DhtItem { Value = value }, null, cancellationToken);
    }

    /// <summary>Puts an item of a key (BEP 44), in place of one with a lower number.</summary>
    /// <param name="value">The value, bencoded, at most 1,000 bytes.</param>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="salt">What tells apart the items of one key, at most 64 bytes, or empty.</param>
    /// <param name="sequence">The number of this value; null: one more than the newest that is found.</param>
    /// <param name="expected">The number that the item must have so far, or the nodes refuse; null: any lower one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">This machine can make no signatures (<see cref="HasSignatures"/>).</exception>
    public async Task<DhtItemResult> PutAsync(
        ReadOnlyMemory<byte> value,
        ReadOnlyMemory<byte> privateKey,
        ReadOnlyMemory<byte> salt,
        long? sequence = null,
        long? expected = null,
        CancellationToken cancellationToken = default)
    {
        byte[] key = PublicKeyOf(privateKey.Span);
        sequence ??= ((await GetAsync(key, salt, cancellationToken).ConfigureAwait(false)).Sequence ?? 0) + 1;
        return await PutAsync(DhtItem.Sign(privateKey.Span, salt.Span, sequence.Value, value.Span, DhtQuestions.Signatures), expected, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the nodes on the way to a point which swarms they know (BEP 51).</summary>
    /// <param name="target">The point; null: a random one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DhtSamples> SampleAsync(InfoHash? target = null, CancellationToken cancellationToken = default)
    {
        NodeId point = PointOf(target);
        DhtRun run = await _questions.RunAsync((all, sink, now) => all.Sample(point, sink, now), cancellationToken).ConfigureAwait(false);
        return run.Fill(new DhtSamples { Target = point.ToString(), Swarms = run.Swarms, Known = run.Known });
    }

    /// <summary>Our nodes at this moment.</summary>
    public async Task<DhtStatus> GetStatusAsync(CancellationToken cancellationToken = default)
        => await _loop.InvokeAsync(now => new DhtStatus
        {
            IPv4 = DhtReport.Of(_probe.Nodes.Of(AddressFamily.InterNetwork)?.GetStatistics(now)),
            IPv6 = DhtReport.Of(_probe.Nodes.Of(AddressFamily.InterNetworkV6)?.GetStatistics(now)),
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (_store is not null && !_loop.Completion.IsCompleted)
            await SaveAsync(_store).ConfigureAwait(false);
        await _loop.StopAsync(TimeSpan.Zero).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.DisposeAsync().ConfigureAwait(false);
        _resolver.Dispose();
        _pool.Dispose();
        _store?.Dispose();
    }

    private static DhtClient Start(DhtClientOptions options)
    {
        ILogger logger = options.LoggerFactory?.CreateLogger("Freshet.Dht") ?? NullLogger.Instance;
        IStateStore? store = options.StateDirectory is { } folder ? SessionHost.OpenStore(Path.GetFullPath(folder), logger, out _) : null;
        var clock = new MonoClock();
        var pool = new BlockPool(TrackerProbe.PoolLength);
        try
        {
            EngineLoop loop = EngineLoop.Open(
                new EngineLoopOptions { Pool = pool, Clock = clock, Bind = options.BindAddress, ListenPort = options.Port, AcceptPeers = false, Pumps = 1 },
                NoStorage.Instance,
                NoStorage.Instance,
                listener: null);
            AddressFamily[] families = [.. loop.UsesIPv4 ? (AddressFamily[])[AddressFamily.InterNetwork] : [], .. loop.UsesIPv6 ? (AddressFamily[])[AddressFamily.InterNetworkV6] : []];
            DhtProbe? probe = null;
            loop.Start((effects, now) => probe = new DhtProbe(effects, DhtSetup.Of(options, store, logger) with { Port = loop.ListenPort }, families, now));
            return new DhtClient(loop, pool, probe!, new NameResolver(clock), store, logger);
        }
        catch (NetworkException error)
        {
            pool.Dispose();
            store?.Dispose();
            throw new FreshetException(FreshetError.Conflict, error.Message, error) { Code = TroubleCodes.CannotListen };
        }
    }

    private static NodeId PointOf(InfoHash? target)
        => target is { } point ? NodeId.Of(point) : new NodeId(System.Security.Cryptography.RandomNumberGenerator.GetBytes(NodeId.Length));

    private static DhtItemResult Result(DhtRun run, NodeId target) => run.Fill(new DhtItemResult
    {
        Target = target.ToString(),
        Value = run.Operation.Item?.Value,
        PublicKey = run.Operation.Item is { IsMutable: true } item ? Convert.ToHexStringLower(item.Key.Span) : null,
        Sequence = run.Operation.Item is { IsMutable: true } numbered ? numbered.Sequence : null,
    });

    private async Task<DhtItemResult> PutAsync(DhtItem item, long? expected, CancellationToken cancellationToken)
    {
        DhtRun run = await _questions.PutAsync(item, expected, cancellationToken).ConfigureAwait(false);
        return run.Fill(new DhtItemResult
        {
            Target = item.Target.ToString(),
            Value = item.Value,
            PublicKey = item.IsMutable ? Convert.ToHexStringLower(item.Key.Span) : null,
            Sequence = item.IsMutable ? item.Sequence : null,
        });
    }

    private async Task<DhtPeers> SearchAsync(InfoHash swarm, PeerSearch search, Action<IReadOnlyList<IPEndPoint>>? found, CancellationToken cancellationToken)
    {
        DhtRun run = await _questions.RunAsync((all, sink, now) => all.FindPeers(swarm, search, sink, now), cancellationToken, found: found).ConfigureAwait(false);
        return run.Fill(new DhtPeers
        {
            Target = swarm.ToString(),
            Peers = run.Peers,
            Seeds = search.Scrapes ? run.Operation.Seeds : null,
            Downloaders = search.Scrapes ? run.Operation.Downloaders : null,
        });
    }

    private async Task SaveAsync(IStateStore store)
    {
        try
        {
            SavedNodes? nodes = await _loop.InvokeAsync(_ => _probe.Nodes.IsIn ? _probe.Nodes.Export() : null).ConfigureAwait(false);
            if (nodes is not null)
                store.Save(nodes);
        }
        catch (Exception error)
        {
            // Whatever a store throws: the next start finds the DHT by its routers.
            _logger.StateStoreWarning($"The nodes of the DHT are not remembered: {error.Message}");
        }
    }
}
