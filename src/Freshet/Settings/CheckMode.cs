namespace Freshet;

/// <summary>How much of what is on disk is hashed when a torrent is added.</summary>
public enum CheckMode
{
    /// <summary>What the session remembers and the files' length and time confirm is believed, the rest is hashed.</summary>
    Auto,

    /// <summary>Everything is hashed.</summary>
    Full,

    /// <summary>
    /// Nothing is hashed: what the session remembers, and every file of its full size, is believed. Dangerous: where that is wrong, wrong bytes are kept,
    /// and given to others, who will ban us for them.
    /// </summary>
    None,
}
