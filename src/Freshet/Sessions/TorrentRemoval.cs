using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>
/// A torrent on its way out: the engine forgets it, then the session. Runs once, to its end, however many ask for it and whoever of them gives up; the data goes where
/// any of them wants that in time.
/// </summary>
internal sealed class TorrentRemoval(SessionHost host, Torrent torrent)
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _task;
    private bool _deletesData;

    /// <summary>Begins it where it has not begun.</summary>
    /// <returns>Its end.</returns>
    public Task RunAsync(DataDisposal data)
    {
        lock (_gate)
        {
            _deletesData |= data == DataDisposal.Delete;
            return _task ??= Task.Run(LeaveAsync);
        }
    }

    /// <summary>Its end, once it has begun.</summary>
    public Task? End
    {
        get
        {
            lock (_gate)
                return _task;
        }
    }

    /// <summary>The engine has forgotten it.</summary>
    public void NoteGone() => _gone.TrySetResult();

    private async Task LeaveAsync()
    {
        // What it was last is what it stays for whoever asks.
        torrent.Status();
        if (await host.Loop.InvokeAsync(now => host.Engine.RemoveTorrent(torrent.Id, now)).ConfigureAwait(false))
            await Task.WhenAny(_gone.Task, host.Loop.Completion).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(host.Loop.Completion.IsCompleted, typeof(BitTorrentClient));
        try
        {
            Forget();
        }
        finally
        {
            // Last: until then nobody may add the same torrent, in this session or another, to data and a record that are about to go.
            host.Forget(torrent);
        }
    }

    private void Forget()
    {
        // It left nothing behind; what the state knows of the torrent is of others.
        if (torrent.Pending is { OnlyMetadata: true })
            return;
        bool deletesData;
        lock (_gate)
            deletesData = _deletesData;

        // Read before the state forgets it.
        Metainfo? metainfo = deletesData && torrent.HasMetadata ? torrent.Metainfo : null;
        try
        {
            host.Store.Remove(torrent.Hashes);
        }
        catch (Exception error)
        {
            // A record too many costs nothing: what it says is compared with what is on disk before it is believed.
            host.Logger.StateStoreWarning($"The record of {PlainText.Of(torrent.Status().Name)} stays: {error.Message}");
        }

        if (metainfo is not null)
            DataRemoval.Delete(metainfo, torrent.Directory);
    }
}
