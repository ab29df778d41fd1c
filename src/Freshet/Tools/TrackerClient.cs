using System.Net;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Network;
using Freshet.Protocol.Trackers;
using Freshet.Sessions;

namespace Freshet;

/// <summary>Asks trackers, without a session.</summary>
public static class TrackerClient
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long the announces that take us off the lists again may take; nobody waits longer for a courtesy.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

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
        TimeSpan patience = timeout ?? DefaultTimeout;
        var clock = new MonoClock();
        using var pool = new BlockPool(TrackerProbe.PoolLength);
        using var resolver = new NameResolver(clock);
        EngineLoop loop = Open(pool, clock, bindAddress);
        await using var closing = loop.ConfigureAwait(false);
        TrackerProbe? probe = null;
        loop.Start((effects, _) => probe = new TrackerProbe(effects, swarm, loop.ListenPort, TorrentSource.UserAgent));
        IReadOnlyList<TrackerReply>[] replies = await Task.WhenAll(
            trackers.Select(text => AskAsync(text, loop, probe!, resolver, patience, cancellationToken))).ConfigureAwait(false);
        await loop.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        return [.. replies.SelectMany(reply => reply)];
    }

    private static EngineLoop Open(BlockPool pool, MonoClock clock, IPAddress? bindAddress)
    {
        try
        {
            return EngineLoop.Open(
                new EngineLoopOptions { Pool = pool, Clock = clock, Bind = bindAddress, AcceptPeers = false, Pumps = 1 }, NoStorage.Instance, NoStorage.Instance, _ => { });
        }
        catch (NetworkException error)
        {
            throw new FreshetException(FreshetError.Conflict, error.Message, error);
        }
    }

    private static async Task<IReadOnlyList<TrackerReply>> AskAsync(
        string text, EngineLoop loop, TrackerProbe probe, NameResolver resolver, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error))
            return [new TrackerReply { Url = UrlSecrets.RedactUrl(PlainText.Of(text)), Protocol = "-", Error = error }];
        ResolvedName name = await resolver.ResolveAsync(url.Host, cancellationToken).ConfigureAwait(false);
        if (name.Error is { } unknown)
            return [TrackerProbe.Failed(url, unknown)];
        System.Net.Sockets.AddressFamily[] families = [.. name.Addresses.Select(address => address.AddressFamily).Distinct().Order()];
        return await Task.WhenAll(families.Select(async family =>
        {
            var question = new TrackerQuestion(url, family, patience);
            loop.Post(now => probe.Ask(question, now));
            TrackerReply reply = await question.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (reply.Error is null)
                await Task.WhenAny(question.Farewell, Task.Delay(StopGrace, cancellationToken)).ConfigureAwait(false);
            return reply;
        })).ConfigureAwait(false);
    }
}
