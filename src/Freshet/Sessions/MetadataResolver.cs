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
        try
        {
            Metainfo metainfo = await Task.Run(() => PendingMagnet.Read(pending.Link, info)).ConfigureAwait(false);
            if (pending.OnlyMetadata)
                await Task.Run(() => host.Remembered.KeepMetadata(torrent.Directory, metainfo, options: null, info)).ConfigureAwait(false);
            else
                await UseAsync(torrent, pending, metainfo, info).ConfigureAwait(false);
            pending.Complete(metainfo);
            host.Events.Publish(new MetadataReceived(host.Events.Now, id, PlainText.Of(metainfo.Name), info.Length));
            host.Logger.MetadataReceived(id, PlainText.Of(metainfo.Name), info.Length);
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

    private async Task UseAsync(Torrent torrent, PendingMagnet pending, Metainfo metainfo, ReadOnlyMemory<byte> info)
    {
        AddOptions options = pending.Options;
        IReadOnlyList<FilePriority>? priorities = PendingMagnet.PrioritiesOf(pending.Link, options, metainfo.Layout);
        IPiecePicker? picker = options.Picker?.Invoke(metainfo) ?? host.Options.Picker?.Invoke(metainfo);
        ResolvedTorrent resolved = await Task.Run(() =>
        {
            torrent.Keep(metainfo, priorities, info);
            return new ResolvedTorrent(metainfo, host.Store.Load(metainfo.Hashes, torrent.Directory))
            {
                Priorities = priorities,
                Picker = picker,
                MaySleep = picker is null,
                Relatives = host.Remembered.RelativesOf(metainfo, options),
            };
        }).ConfigureAwait(false);
        await host.Loop.InvokeAsync(now =>
        {
            // Known before anybody is told that it is.
            torrent.Resolved(metainfo);
            host.Engine.Resolve(torrent.Id, resolved, now);
            host.Snapshots.Hurry();
            return true;
        }).ConfigureAwait(false);
    }
}
