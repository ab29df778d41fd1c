namespace Freshet;

/// <summary>What can be waited for with <see cref="Torrent.WaitAsync"/>.</summary>
public enum TorrentCondition
{
    /// <summary>Its metadata is known: at once, but for a torrent that was added by a magnet link.</summary>
    MetadataKnown,

    /// <summary>What is on disk has been looked at; fetching or giving back has begun.</summary>
    Checked,

    /// <summary>Every wanted piece is verified and stored.</summary>
    Complete,

    /// <summary>It does nothing any more.</summary>
    Stopped,
}
