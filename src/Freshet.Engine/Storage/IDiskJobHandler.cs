using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>Who a <see cref="DiskJob"/> goes back to: its <see cref="DiskJob.Tag"/>.</summary>
internal interface IDiskJobHandler
{
    /// <summary>Whose jobs these are, so that a torrent that closes can wait for the last.</summary>
    TorrentStorage Torrent { get; }

    /// <summary>The job is done. It is emptied and used again after this call.</summary>
    void Handle(DiskJob job, MonoTime now);
}
