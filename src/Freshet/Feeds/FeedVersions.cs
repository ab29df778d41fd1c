using Freshet.Core;
using Freshet.Sessions;

namespace Freshet.Feeds;

/// <summary>The versions of a feed in a session: the one that is here, which is seeded, and the one that comes, which takes its place.</summary>
internal sealed class FeedVersions(BitTorrentClient client, FeedChannel channel, FeedFolder folder, FeedFollowerOptions options, Action<FeedEvent> tell)
{
    private Metainfo? _present;
    private Torrent? _seed;
    private bool _isDamaged;

    // Has come, and waits for its place.
    private Metainfo? _whole;

    /// <summary>Seeds what is here. Where it is not what it was it is fetched again.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _present = Read(channel.Record.Present);
        if (_present is not null)
            await SeedAsync(CheckMode.Auto, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a version is here and whole.</summary>
    public bool IsHere(InfoHash torrent) => !_isDamaged && _present is { } present && present.Hashes.Primary == torrent;

    /// <summary>Fetches a version beside the one that is here, then puts it in its place.</summary>
    public async Task FetchAsync(InfoHash torrent, long sequence, CancellationToken cancellationToken)
    {
        long downloaded = 0;
        if (_whole?.Hashes.Primary != torrent)
        {
            Metainfo metainfo = await ResolveAsync(torrent, cancellationToken).ConfigureAwait(false);
            downloaded = await DownloadAsync(metainfo, sequence, cancellationToken).ConfigureAwait(false);
            _whole = metainfo;
        }

        Metainfo come = _whole;
        await TakePlaceAsync(come).ConfigureAwait(false);
        long size = come.Layout.Files.Where(static file => file.IsStored).Sum(static file => file.Length);
        tell(new FeedUpdated(DateTimeOffset.UtcNow, sequence, come.Hashes, PlainText.Of(come.Name), size, downloaded));
    }

    /// <summary>Fetches a version, out of what is here as far as that goes.</summary>
    /// <returns>How many bytes of it came from peers.</returns>
    private async Task<long> DownloadAsync(Metainfo metainfo, long sequence, CancellationToken cancellationToken)
    {
        _whole = null;
        channel.Change(record => record with { Coming = metainfo.FileBytes });
        folder.Prepare(metainfo, _present, cancellationToken);
        Torrent coming = await AddAsync(metainfo, folder.Staging, new AddOptions { Overwrite = true, Peers = options.Peers }, cancellationToken).ConfigureAwait(false);
        try
        {
            tell(new FeedFetching(DateTimeOffset.UtcNow, sequence, coming));
            await coming.WaitAsync(TorrentCondition.Complete, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Its files are closed then, and on the device.
            await coming.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await client.RemoveAsync(coming.Id, DataDisposal.Keep, CancellationToken.None).ConfigureAwait(false);
        }

        return coming.Status().DownloadedThisRun;
    }

    // From here on nothing is given up halfway.
    private async Task TakePlaceAsync(Metainfo come)
    {
        folder.DemandPlace(come, _present, options.Overwrite);
        if (_seed is { } seed)
            await client.RemoveAsync(seed.Id).ConfigureAwait(false);
        _seed = null;
        folder.Switch(come, _present);
        _present = come;
        _whole = null;
        _isDamaged = false;
        channel.Change(record => record with { Present = come.FileBytes, Coming = default });

        // It was verified a moment ago, and moved by us.
        await SeedAsync(CheckMode.None, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task SeedAsync(CheckMode check, CancellationToken cancellationToken)
    {
        Torrent seed = await AddAsync(_present!, folder.Directory, new AddOptions { Check = check, SeedOnly = true, Peers = options.Peers }, cancellationToken).ConfigureAwait(false);
        try
        {
            await seed.WaitAsync(TorrentCondition.Complete, cancellationToken).ConfigureAwait(false);
            _seed = seed;
        }
        catch (FreshetException failure)
        {
            _isDamaged = true;
            await client.RemoveAsync(seed.Id, DataDisposal.Keep, CancellationToken.None).ConfigureAwait(false);
            tell(new FeedTrouble(DateTimeOffset.UtcNow, $"What is here of the feed is not whole any more, and what is missing is fetched: {failure.Message}", failure.Code));
        }
    }

    /// <summary>Finds out what torrent a version is: from its peers, unless it was on its way before.</summary>
    private async Task<Metainfo> ResolveAsync(InfoHash torrent, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> known in (ReadOnlyMemory<byte>[])[channel.Record.Coming, channel.Record.Present])
        {
            if (Read(known) is { } metainfo && metainfo.Hashes.Primary == torrent)
                return metainfo;
        }

        var link = new MagnetLink { Hashes = new InfoHashes(torrent.Value, null) };
        return await client.ResolveAsync(TorrentSource.FromMagnet(link), new AddOptions { Peers = options.Peers }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Torrent> AddAsync(Metainfo metainfo, string directory, AddOptions how, CancellationToken cancellationToken)
    {
        AddResult added = await client.AddAsync(TorrentSource.FromMetainfo(metainfo), how with { Directory = directory }, cancellationToken).ConfigureAwait(false);
        return added.WasThere
            ? throw new FreshetException(FreshetError.Conflict, $"{PlainText.Of(metainfo.Name)} is in this session already: a feed keeps its torrents itself.") { Code = TroubleCodes.TorrentInUse }
            : added.Torrent;
    }

    // Kept by us; what the disk has altered is fetched again.
    private static Metainfo? Read(ReadOnlyMemory<byte> torrent)
    {
        try
        {
            Metainfo? metainfo = torrent.IsEmpty ? null : Metainfo.Load(torrent);
            return metainfo?.Hashes.V1 is { } v1 ? metainfo.KnownBy(new InfoHashes(v1, null)) : null;
        }
        catch (MetainfoException)
        {
            return null;
        }
    }
}
