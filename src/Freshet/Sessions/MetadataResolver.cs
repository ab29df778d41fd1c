using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Sessions;

/// <summary>Makes an ordinary torrent of one whose metadata has come from its peers: reads it, asks which files are wanted, keeps it for the next start, tells the engine.</summary>
internal sealed class MetadataResolver(SessionHost host)
{
    public async Task ResolveAsync(TorrentId id, ReadOnlyMemory<byte> info)
    {
        if (host.Torrents.Find(id) is not { Pending: { } pending } torrent)
            return;

        // Away from the loop, once: what follows reads, hashes and asks the store.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            Metainfo metainfo = PendingMagnet.Read(pending.Link, info);
            if (pending.OnlyMetadata)
                torrent.Keep(metainfo, priorities: null, info);
            else
                await UseAsync(torrent, pending, metainfo, info).ConfigureAwait(false);
            if (pending is { OnlyMetadata: true, Options.PieceLayers: true } && !metainfo.HasAllPieceLayers)
            {
                pending.WithoutLayers = info;
                host.Loop.Post(now => host.Engine.FetchLayers(id, metainfo, now));
                return;
            }

            Complete(torrent, pending, metainfo, info.Length);
        }
        catch (ObjectDisposedException)
        {
            // The session has ended meanwhile.
        }
        catch (Exception error)
        {
            // Whatever a caller's function or a store throws: the torrent says so, and the others go on.
            string reason = error is MetainfoException ? $"its metadata is what the link names, and no use: {error.Message}" : error.Message;
            host.Loop.Post(now => host.Engine.ResolveFailed(id, reason, now));
        }
    }

    /// <summary>What was asked of piece layers is here, all or some: now the metadata is told.</summary>
    public async Task AddLayersAsync(TorrentId id, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        if (host.Torrents.Find(id) is not { Pending: { WithoutLayers: { } info } pending } torrent)
            return;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Complete(torrent, pending, PendingMagnet.Read(pending.Link, info, layers), info.Length);
    }

    private void Complete(Torrent torrent, PendingMagnet pending, Metainfo metainfo, int length)
    {
        pending.Complete(metainfo);
        host.Events.Publish(new MetadataReceived(host.Events.Now, torrent.Id, PlainText.Of(metainfo.Name), length));
        host.Logger.MetadataReceived(torrent.Id, PlainText.Of(metainfo.Name), length);
    }

    private async Task UseAsync(Torrent torrent, PendingMagnet pending, Metainfo metainfo, ReadOnlyMemory<byte> info)
    {
        AddOptions options = pending.Options;
        IReadOnlyList<FilePriority>? priorities = PendingMagnet.PrioritiesOf(pending.Link, options, metainfo.Layout);
        IPiecePicker? picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo);

        // A torrent that is remembered is found in the store from here on. For another it is only kept for later, and nobody waits for that.
        bool isKeptFirst = torrent.IsRemembered;
        if (isKeptFirst)
            torrent.Keep(metainfo, priorities, info);
        var resolved = new ResolvedTorrent(metainfo, host.Store.Load(metainfo.Hashes, torrent.Directory))
        {
            Priorities = priorities,
            Picker = picker,
            MaySleep = picker is null,
            Relatives = host.Remembered.RelativesOf(metainfo, options),
        };
        await host.Loop.InvokeAsync(now =>
        {
            // Known before anybody is told that it is.
            torrent.Resolved(metainfo);
            host.Engine.Resolve(torrent.Id, resolved, now);
            host.Snapshots.Hurry();
            return true;
        }).ConfigureAwait(false);
        if (!isKeptFirst)
            torrent.Keep(metainfo, priorities, info);
    }
}
