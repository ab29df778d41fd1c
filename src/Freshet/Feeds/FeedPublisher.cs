using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Feeds;
using Freshet.Protocol.Dht;
using Freshet.Sessions;

namespace Freshet;

/// <summary>
/// Publishes a file or folder as a feed (BEP 46): makes its torrent, seeds it in a session, and keeps an item in the DHT that names it, signed by the key that names the feed.
/// </summary>
public sealed class FeedPublisher
{
    /// <summary>How often it is tried where somebody else puts items of the same key at the same time.</summary>
    private const int Tries = 4;

    private readonly BitTorrentClient _client;
    private readonly SigningKey _key;
    private readonly FeedPublisherOptions _options;
    private Action<FeedEvent> _tell = static _ => { };
    private Torrent? _seed;
    private long _supersededBy;

    /// <summary>Makes one; <see cref="RunAsync"/> publishes.</summary>
    /// <param name="client">The session that seeds, with a part in the DHT.</param>
    /// <param name="key">The feed's key.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public FeedPublisher(BitTorrentClient client, SigningKey key, FeedPublisherOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(key);
        _client = client;
        _key = key;
        _options = options ?? new FeedPublisherOptions();
        if (_options.Create.Version == TorrentVersion.V2)
            throw new ArgumentException("A feed names the info-hash of v1: its torrents are v1 or hybrid.", nameof(options));
        if (_options.Create.IsPrivate)
            throw new ArgumentException("A feed lives in the DHT, which must not know of a private torrent.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.RefreshInterval, TimeSpan.Zero, nameof(options));
        if (_options.WatchInterval is { } watch)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(watch, TimeSpan.Zero, nameof(options));
        Link = new FeedLink(key.PublicKey, _options.Salt);
    }

    /// <summary>What others follow.</summary>
    public FeedLink Link { get; }

    /// <summary>
    /// Publishes the content as it is now, keeps the feed alive, and where <see cref="FeedPublisherOptions.WatchInterval"/> says so publishes what changes; until it is cancelled.
    /// What is published must not be changed in place: who fetches the version that was there before would get bytes of both.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="tell">Told of what happens, on any thread; must not block.</param>
    /// <param name="cancellationToken">Ends it, with an <see cref="OperationCanceledException"/>. The torrent stays in the session.</param>
    /// <exception cref="FreshetException">The content makes no torrent, the session has that torrent already or takes no part in the DHT, or this machine makes no signatures.</exception>
    public async Task RunAsync(string path, Action<FeedEvent>? tell = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _tell = tell ?? _tell;
        FeedChannel channel = await Task.Run(() => new FeedChannel(_client.Host, Link, directory: ""), cancellationToken).ConfigureAwait(false);
        ContentWatch? watch = _options.WatchInterval is { } interval ? await Task.Run(() => new ContentWatch(path, _options.Create.Select, interval), cancellationToken).ConfigureAwait(false) : null;
        CreatedTorrent content = await SeedAsync(path, cancellationToken).ConfigureAwait(false);
        await AnnounceAsync(channel, content, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            using var refresh = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            refresh.CancelAfter(_options.RefreshInterval);
            if (watch is not null && await WatchAsync(watch, path, refresh.Token, cancellationToken).ConfigureAwait(false) is { } changed)
                await AnnounceAsync(channel, content = changed, cancellationToken).ConfigureAwait(false);
            else if (watch is not null || await IsOverAsync(refresh.Token).ConfigureAwait(false))
                await RefreshAsync(channel, content, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsOverAsync(CancellationToken period)
    {
        await Task.Delay(Timeout.Infinite, period).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>Waits for other content, and seeds it; null: the time is over.</summary>
    private async Task<CreatedTorrent?> WatchAsync(ContentWatch watch, string path, CancellationToken period, CancellationToken cancellationToken)
    {
        string? last = null;
        while (true)
        {
            try
            {
                // What is seeded is no more what the torrent says: nobody shall get bytes of another version.
                await watch.WaitAsync(LeaveAsync, period).ConfigureAwait(false);
                return await SeedAsync(path, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (period.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            catch (FreshetException failure)
            {
                watch.Forget();
                if (failure.Message != last)
                    Trouble(last = failure.Message, failure.Code);
            }
        }
    }

    private async Task<CreatedTorrent> SeedAsync(string path, CancellationToken cancellationToken)
    {
        CreatedTorrent content = await TorrentBuilder.CreateAsync(path, _options.Create, progress: null, cancellationToken).ConfigureAwait(false);
        await LeaveAsync().ConfigureAwait(false);

        // It was hashed a moment ago.
        var adding = new AddOptions { Directory = content.Directory, Check = CheckMode.None, SeedOnly = true };
        AddResult added = await _client.AddAsync(TorrentSource.FromMetainfo(content.Metainfo), adding, cancellationToken).ConfigureAwait(false);
        if (added.WasThere)
            throw new FreshetException(FreshetError.Conflict, $"{PlainText.Of(content.Metainfo.Name)} is in this session already: a feed seeds its torrents itself.") { Code = TroubleCodes.TorrentInUse };
        _seed = added.Torrent;
        await _seed.WaitAsync(TorrentCondition.Complete, cancellationToken).ConfigureAwait(false);
        return content;
    }

    private async Task LeaveAsync()
    {
        if (Interlocked.Exchange(ref _seed, null) is { } seed)
            await _client.RemoveAsync(seed.Id).ConfigureAwait(false);
    }

    private async Task AnnounceAsync(FeedChannel channel, CreatedTorrent content, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> value = FeedItem.Write(content.Metainfo.Hashes.Primary);
        var patience = new FeedPatience();
        bool isAnnounced = false;
        while (true)
        {
            isAnnounced = isAnnounced || await channel.AnnounceAsync(content.Metainfo.Hashes.Primary, cancellationToken).ConfigureAwait(false);
            if (isAnnounced && await PutAsync(channel, value, cancellationToken).ConfigureAwait(false) is { } put)
            {
                long size = content.Metainfo.Layout.Files.Where(static file => file.IsStored).Sum(static file => file.Length);
                _tell(new FeedPublished(DateTimeOffset.UtcNow, channel.Record.Sequence, content.Metainfo.Hashes, PlainText.Of(content.Metainfo.Name), size, put.Stored));
                return;
            }

            if (patience.IsOver)
                Trouble("No node of the DHT has taken the feed's item yet; it is tried again.", TroubleCodes.FeedFailed);
            await patience.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Puts a value as the newest of the feed, in place of whatever is there.</summary>
    /// <returns>How it went; null where no node has taken it.</returns>
    private async Task<DhtOperation?> PutAsync(FeedChannel channel, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        DhtOperation? put = null;
        for (int i = 0; i < Tries; i++)
        {
            (DhtItem? newest, bool isAnswered) = await channel.LookAsync(cancellationToken).ConfigureAwait(false);
            if (!isAnswered)
                return null;
            DhtItem item = ItemFor(value, channel.Known, newest);

            // Known before it is sent: no number is ever given to two values.
            if (channel.Known is not { } known || known.Sequence != item.Sequence || !known.Value.Span.SequenceEqual(item.Value.Span))
                channel.Take(item);
            long? expected = newest is not null && newest.Sequence < item.Sequence ? newest.Sequence : null;
            put = await channel.PutAsync(item, expected, cancellationToken).ConfigureAwait(false);
            if (put.Stored > 0 && put.Refused == 0)
                break;
        }

        return put is { Stored: > 0 } ? put : null;
    }

    /// <summary>The item that makes a value the newest: one that is signed already, or the next.</summary>
    private DhtItem ItemFor(ReadOnlyMemory<byte> value, DhtItem? known, DhtItem? newest)
    {
        DhtItem? latest = newest is null || (known is not null && known.Sequence > newest.Sequence) ? known : newest;
        bool isDisputed = known is not null && newest is not null && known.Sequence == newest.Sequence && !known.Value.Span.SequenceEqual(newest.Value.Span);
        if (latest is not null && !isDisputed && latest.Value.Span.SequenceEqual(value.Span))
            return latest;
        long last = latest?.Sequence ?? 0;
        if (last == long.MaxValue)
            throw new FreshetException(FreshetError.Other, "The feed's item has the highest number that there is: nothing can come after it. Use another salt.") { Code = TroubleCodes.FeedFailed };
        return DhtItem.Sign(_key.Seed.Span, _options.Salt.Span, last + 1, value.Span, DhtQuestions.Signatures);
    }

    private async Task RefreshAsync(FeedChannel channel, CreatedTorrent content, CancellationToken cancellationToken)
    {
        (DhtItem? newest, _) = await channel.LookAsync(cancellationToken).ConfigureAwait(false);
        DhtItem ours = channel.Known!;
        if (newest is not null && newest.Sequence > ours.Sequence && !newest.Value.Span.SequenceEqual(FeedItem.Write(content.Metainfo.Hashes.Primary)))
        {
            if (_supersededBy != newest.Sequence)
                _tell(new FeedSuperseded(DateTimeOffset.UtcNow, _supersededBy = newest.Sequence));
            return;
        }

        DhtItem item = newest is not null && newest.Sequence > ours.Sequence ? newest : ours;
        DhtOperation put = await channel.PutAsync(item, expected: null, cancellationToken).ConfigureAwait(false);
        if (put.Stored > 0)
            _tell(new FeedRefreshed(DateTimeOffset.UtcNow, item.Sequence, put.Stored));
        else
            Trouble("No node of the DHT has taken the feed's item again.", TroubleCodes.FeedFailed);
    }

    private void Trouble(string message, string code) => _tell(new FeedTrouble(DateTimeOffset.UtcNow, message, code));
}
