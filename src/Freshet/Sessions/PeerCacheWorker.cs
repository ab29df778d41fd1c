using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>
/// Asks and tells one peer cache on a task of its own, one thing after another, and only while there is something. A cache that fails is warned of once, and left
/// alone for a while that doubles each time; what it is asked and told meanwhile is dropped.
/// </summary>
internal sealed class PeerCacheWorker(IPeerCache cache, Action<TorrentId, InfoHash, IReadOnlyList<IPEndPoint>> found, ILogger logger, TimeProvider clock)
{
    /// <summary>Torrents whose question waits: more would be answered by trackers first.</summary>
    private const int MaxQuestions = 1024;

    /// <summary>Torrents that are told together.</summary>
    private const int ToldAtOnce = 256;

    /// <summary>One call may take so long; a cache that hangs must not hold the others up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<PeersWantedNotice> _questions = new();

    // The latest of each torrent; no more than there are torrents.
    private readonly Dictionary<TorrentId, PeersKnownNotice> _known = [];
    private Task _working = Task.CompletedTask;
    private bool _isWorking;
    private TimeSpan _backOff;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>A torrent wants peers.</summary>
    public void Ask(PeersWantedNotice question)
    {
        lock (_gate)
        {
            if (_questions.Count >= MaxQuestions)
                return;
            _questions.Enqueue(question);
            Work();
        }
    }

    /// <summary>A torrent knows peers.</summary>
    public void Tell(PeersKnownNotice known)
    {
        lock (_gate)
        {
            _known[known.Torrent] = known;
            Work();
        }
    }

    /// <summary>Waits until the cache has been told all.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
            return _working;
    }

    private void Work()
    {
        if (_isWorking)
            return;
        _isWorking = true;
        _working = Task.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            PeersWantedNotice? question;
            CachedSwarm[] known = [];
            lock (_gate)
            {
                if (!_questions.TryDequeue(out question))
                {
                    if (_known.Count == 0)
                    {
                        _isWorking = false;
                        return;
                    }

                    TorrentId[] some = [.. _known.Keys.Take(ToldAtOnce)];
                    known = [.. some.SelectMany(id => _known[id].Swarms)];
                    foreach (TorrentId id in some)
                        _known.Remove(id);
                }
            }

            if (clock.GetUtcNow() >= _notBefore)
                await TryAsync(question, known).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(PeersWantedNotice? question, CachedSwarm[] known)
    {
        using var stop = new CancellationTokenSource(Patience, clock);
        try
        {
            if (question is null)
                await cache.KeepAsync(known, stop.Token).ConfigureAwait(false);
            else
                await AnswerAsync(question, stop.Token).ConfigureAwait(false);
            if (_backOff > TimeSpan.Zero)
                logger.PeerCacheWorks();
            _backOff = TimeSpan.Zero;
        }
        catch (Exception error)
        {
            // Whatever a cache throws: peers are found without it.
            if (_backOff == TimeSpan.Zero)
                logger.PeerCacheFails(error.Message);
            _backOff = _backOff == TimeSpan.Zero ? FirstBackOff : TimeSpan.FromTicks(Math.Min(_backOff.Ticks * 2, MaxBackOff.Ticks));
            _notBefore = clock.GetUtcNow() + _backOff;
        }
    }

    private async Task AnswerAsync(PeersWantedNotice question, CancellationToken stop)
    {
        foreach (InfoHash swarm in question.Swarms)
        {
            IReadOnlyList<IPEndPoint> peers = await cache.FindAsync(swarm, stop).ConfigureAwait(false);
            if (peers.Count > 0)
                found(question.Torrent, swarm, peers);
        }
    }
}
