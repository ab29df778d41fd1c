using Freshet.Abstractions;

namespace Freshet.IO.Disk;

/// <summary>Lends the storage of one torrent to a job of another, which only reads.</summary>
internal interface ISourceLender
{
    /// <summary>The storage of a torrent: that which is open, else one that is opened for this. Give it back by <see cref="LentStorage.Dispose"/>.</summary>
    /// <exception cref="StorageException">Its files are being moved or closed: ask again later.</exception>
    LentStorage Borrow(StorageLocation location);
}

/// <summary>A storage that is lent.</summary>
/// <param name="storage">The storage.</param>
/// <param name="giveBack">Gives it back.</param>
internal sealed class LentStorage(ITorrentStorage storage, Action giveBack) : IDisposable
{
    public ITorrentStorage Storage => storage;

    /// <inheritdoc/>
    public void Dispose() => giveBack();
}
