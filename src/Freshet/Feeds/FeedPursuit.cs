using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Feeds;

/// <summary>One run of following a feed: what the DHT says is newest is fetched, unless a newer one comes up meanwhile.</summary>
internal sealed class FeedPursuit(FeedChannel channel, FeedVersions versions, FeedFollowerOptions options, Action<FeedEvent> tell) : IAsyncDisposable
{
    private readonly FeedPatience _patience = new();
    private FeedFetch? _fetch;
    private long _refused = -1;
    private bool _saysNothing;
    private DateTime _putAt = DateTime.UtcNow;

    /// <summary>Follows until it is cancelled, or once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await versions.BeginAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            bool isAnswered = await LookAsync(cancellationToken).ConfigureAwait(false);
            if (options.Once && isAnswered)
            {
                await (_fetch?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            if (!isAnswered || channel.Known is null)
                await _patience.WaitAsync(cancellationToken).ConfigureAwait(false);
            else
                await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what is under way.</summary>
    public async ValueTask DisposeAsync() => await LeaveFetchAsync().ConfigureAwait(false);

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        (DhtItem? item, bool isAnswered) = await channel.LookAsync(cancellationToken).ConfigureAwait(false);
        if (!isAnswered)
        {
            if (_patience.IsOver)
                Fail(new FreshetException(FreshetError.Network, "The DHT has not answered yet: nothing is known of the feed.") { Code = TroubleCodes.FeedFailed });
        }
        else if (channel.Known is not null)
        {
            _patience.Renew();
        }

        if (item is not null && item.Sequence > (channel.Known?.Sequence ?? long.MinValue))
            Take(item);
        if (isAnswered && channel.Known is null && item is null)
            SayNothing("Nobody in the DHT has an item of this feed: it was never published, or its publisher has been away for longer than two hours.");
        if (channel.Known is { } known)
        {
            await FetchAsync(known).ConfigureAwait(false);
            if (isAnswered)
                await KeepAliveAsync(known, isGone: item is null, cancellationToken).ConfigureAwait(false);
        }

        return isAnswered;
    }

    private void Take(DhtItem item)
    {
        if (FeedItem.TryRead(item.Value.Span, out _))
            channel.Take(item);
        else if (_refused != item.Sequence)
            Fail(new FreshetException(FreshetError.SourceInvalid, $"Version {_refused = item.Sequence} of the feed names no torrent of this kind (BEP 46: 20 bytes of info-hash).") { Code = TroubleCodes.FeedFailed });
    }

    /// <summary>Begins to fetch a version, unless it is here or being fetched.</summary>
    private async Task FetchAsync(DhtItem item)
    {
        FeedItem.TryRead(item.Value.Span, out InfoHash torrent);
        if (_fetch is { Task.IsFaulted: false } running && running.Torrent == torrent)
            return;
        if (versions.IsHere(torrent))
        {
            await LeaveFetchAsync().ConfigureAwait(false);
            if (options.Once)
                tell(new FeedUnchanged(DateTimeOffset.UtcNow, item.Sequence));
            return;
        }

        bool isNew = _fetch?.Torrent != torrent;
        await LeaveFetchAsync().ConfigureAwait(false);
        if (isNew)
            tell(new FeedFound(DateTimeOffset.UtcNow, item.Sequence, torrent));
        _fetch = new FeedFetch(torrent, stop => versions.FetchAsync(torrent, item.Sequence, stop));
    }

    private async Task LeaveFetchAsync()
    {
        if (_fetch is not { } fetch)
            return;
        _fetch = null;
        await fetch.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task pause = Task.Delay(options.Interval, waiting.Token);
        if (_fetch is { } fetch && await Task.WhenAny(fetch.Task, pause).ConfigureAwait(false) == fetch.Task && fetch.Task.IsFaulted)
            Fail(fetch.Task.Exception!.InnerException!);
        await pause.ConfigureAwait(false);
    }

    /// <summary>Puts the item again where it is due, or where nobody has it any more.</summary>
    private async Task KeepAliveAsync(DhtItem known, bool isGone, CancellationToken cancellationToken)
    {
        if (!isGone && DateTime.UtcNow - _putAt < options.RefreshInterval)
            return;
        _putAt = DateTime.UtcNow;
        if ((await channel.PutAsync(known, expected: null, cancellationToken).ConfigureAwait(false)).Stored is > 0 and var nodes)
            tell(new FeedRefreshed(DateTimeOffset.UtcNow, known.Sequence, nodes));
    }

    private void SayNothing(string message)
    {
        if (_saysNothing && !options.Once)
            return;
        _saysNothing = true;
        Fail(new FreshetException(FreshetError.Network, message) { Code = TroubleCodes.FeedFailed });
    }

    /// <summary>Says what went wrong; it is tried again, unless it is for once.</summary>
    private void Fail(Exception error)
    {
        if (options.Once || error is not FreshetException failure)
            throw error;
        tell(new FeedTrouble(DateTimeOffset.UtcNow, failure.Message, failure.Code));
    }
}
