namespace Freshet;

/// <summary>What can be waited for with <see cref="Torrent.WaitAsync"/>.</summary>
public enum TorrentCondition
{
    /// <summary>What is on disk has been looked at; fetching or giving back has begun.</summary>
    Checked,

    /// <summary>Every wanted piece is verified and stored.</summary>
    Complete,

    /// <summary>It does nothing any more.</summary>
    Stopped,
}
