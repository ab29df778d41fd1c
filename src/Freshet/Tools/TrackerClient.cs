using System.Net;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;

namespace Freshet;

/// <summary>Asks trackers, without a session.</summary>
public static class TrackerClient
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Announces to trackers on each address family that they have, to all at once, as a client that has nothing yet, and takes itself off their lists
    /// again. Trouble is told in the replies.
    /// </summary>
    /// <param name="trackers">The trackers' URLs: http, https or udp.</param>
    /// <param name="swarm">The info-hash to ask for.</param>
    /// <param name="timeout">How long to wait for each answer; default 15 s.</param>
    /// <param name="bindAddress">The only local address to ask from, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One reply for each tracker and address family, in the order of the trackers.</returns>
    /// <exception cref="FreshetException">No socket can be opened (<see cref="FreshetError.Conflict"/>).</exception>
    public static async Task<IReadOnlyList<TrackerReply>> AnnounceAsync(
        IReadOnlyCollection<string> trackers,
        InfoHash swarm,
        TimeSpan? timeout = null,
        IPAddress? bindAddress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trackers);
        IReadOnlyList<TrackerReply>[] replies = await WithProbeAsync(
            swarm,
            bindAddress,
            client => Task.WhenAll(trackers.Select(text => client.AnnounceAsync(text, timeout ?? DefaultTimeout, cancellationToken)))).ConfigureAwait(false);
        return [.. replies.SelectMany(reply => reply)];
    }

    /// <summary>
    /// Asks trackers how many peers they count in swarms (BEP 48, BEP 15), on each address family that they have, all trackers at once. Trouble is told in the
    /// replies.
    /// </summary>
    /// <param name="trackers">The trackers' announce URLs: http, https or udp.</param>
    /// <param name="swarms">The info-hashes to ask for, as many as wanted: 64 go into a question over HTTP, 74 over UDP.</param>
    /// <param name="timeout">How long to wait for each answer; default 15 s.</param>
    /// <param name="bindAddress">The only local address to ask from, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One reply for each tracker and address family, in the order of the trackers.</returns>
    /// <exception cref="FreshetException">No socket can be opened (<see cref="FreshetError.Conflict"/>).</exception>
    public static async Task<IReadOnlyList<TrackerScrape>> ScrapeAsync(
        IReadOnlyCollection<string> trackers,
        IReadOnlyList<InfoHash> swarms,
        TimeSpan? timeout = null,
        IPAddress? bindAddress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trackers);
        ArgumentNullException.ThrowIfNull(swarms);
        ArgumentOutOfRangeException.ThrowIfZero(swarms.Count, nameof(swarms));
        IReadOnlyList<TrackerScrape>[] replies = await WithProbeAsync(
            swarms[0],
            bindAddress,
            client => Task.WhenAll(trackers.Select(text => client.ScrapeAsync(text, swarms, timeout ?? DefaultTimeout, cancellationToken)))).ConfigureAwait(false);
        return [.. replies.SelectMany(reply => reply)];
    }

    /// <summary>
    /// Tests trackers step by step, on each address family that they have: the name, the connection, TLS, redirects, an announce as a client that has nothing yet, a
    /// scrape, and taking itself off the list again. What is wrong is told in the steps, with what to do about it.
    /// </summary>
    /// <param name="trackers">The trackers' announce URLs: http, https or udp.</param>
    /// <param name="swarm">The info-hash to announce.</param>
    /// <param name="timeout">How long to wait for each answer; default 15 s.</param>
    /// <param name="bindAddress">The only local address to ask from, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One test for each tracker, in their order.</returns>
    /// <exception cref="FreshetException">No socket can be opened (<see cref="FreshetError.Conflict"/>).</exception>
    public static async Task<IReadOnlyList<TrackerTest>> TestAsync(
        IReadOnlyCollection<string> trackers,
        InfoHash swarm,
        TimeSpan? timeout = null,
        IPAddress? bindAddress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trackers);
        return await WithProbeAsync(
            swarm,
            bindAddress,
            client => Task.WhenAll(trackers.Select(text => client.TestAsync(text, timeout ?? DefaultTimeout, cancellationToken)))).ConfigureAwait(false);
    }

    /// <summary>Opens a loop that only speaks to trackers, for as long as something is asked.</summary>
    private static async Task<T> WithProbeAsync<T>(InfoHash swarm, IPAddress? bindAddress, Func<TrackerAsker, Task<T>> ask)
    {
        var clock = new MonoClock();
        using var pool = new BlockPool(TrackerProbe.PoolLength);
        using var resolver = new NameResolver(clock);
        EngineLoop loop = Open(pool, clock, bindAddress);
        await using var closing = loop.ConfigureAwait(false);
        TrackerProbe? probe = null;
        loop.Start((effects, _) => probe = new TrackerProbe(effects, swarm, loop.ListenPort, TorrentSource.UserAgent));
        T result = await ask(new TrackerAsker(loop, probe!, resolver)).ConfigureAwait(false);
        await loop.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        return result;
    }

    private static EngineLoop Open(BlockPool pool, MonoClock clock, IPAddress? bindAddress)
    {
        try
        {
            return EngineLoop.Open(
                new EngineLoopOptions { Pool = pool, Clock = clock, Bind = bindAddress, AcceptPeers = false, Pumps = 1 }, NoStorage.Instance, NoStorage.Instance, listener: null);
        }
        catch (NetworkException error)
        {
            throw new FreshetException(FreshetError.Conflict, error.Message, error) { Code = TroubleCodes.CannotListen };
        }
    }
}
