using Freshet.Core;
using Freshet.Feeds;
using Freshet.Sessions;

namespace Freshet;

/// <summary>Follows a feed (BEP 46): keeps the newest version that its key's owner has published in a folder, gives it to others, and keeps the feed's item alive in the DHT.</summary>
public sealed class FeedFollower
{
    private readonly BitTorrentClient _client;
    private readonly FeedLink _link;
    private readonly FeedFollowerOptions _options;

    /// <summary>Makes one; <see cref="RunAsync"/> follows.</summary>
    /// <param name="client">The session that downloads and seeds, with a part in the DHT.</param>
    /// <param name="link">The feed.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public FeedFollower(BitTorrentClient client, FeedLink link, FeedFollowerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(link);
        _client = client;
        _link = link;
        _options = options ?? new FeedFollowerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.Interval, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.RefreshInterval, TimeSpan.Zero, nameof(options));
        SettingsCheck.Check(_options.Peers);
    }

    /// <summary>
    /// Follows until it is cancelled, or with <see cref="FeedFollowerOptions.Once"/> until the newest version that is found is here. An item with a lower number than one that was
    /// seen, in this run or an earlier one, is not believed.
    /// </summary>
    /// <param name="tell">Told of what happens, on any thread; must not block.</param>
    /// <param name="cancellationToken">Ends it, with an <see cref="OperationCanceledException"/>. What is here stays in the session.</param>
    /// <exception cref="FreshetException">
    /// The session takes no part in the DHT, or this machine can check no signatures; with <see cref="FeedFollowerOptions.Once"/> also that nothing was found
    /// (<see cref="FreshetError.Network"/>), or cannot be used.
    /// </exception>
    public async Task RunAsync(Action<FeedEvent>? tell = null, CancellationToken cancellationToken = default)
    {
        tell ??= static _ => { };
        string directory = Path.GetFullPath(_options.Directory ?? _client.Host.Options.DownloadDirectory);
        FeedChannel channel = await Task.Run(() => new FeedChannel(_client.Host, _link, directory), cancellationToken).ConfigureAwait(false);
        var versions = new FeedVersions(_client, channel, new FeedFolder(directory, channel.Target), _options, tell);
        var pursuit = new FeedPursuit(channel, versions, _options, tell);
        await using (pursuit.ConfigureAwait(false))
            await pursuit.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
