namespace Freshet;

/// <summary>How much of what is on disk is hashed when a torrent is added.</summary>
public enum CheckMode
{
    /// <summary>What the session remembers and the files' length and time confirm is believed, the rest is hashed.</summary>
    Auto,

    /// <summary>Everything is hashed.</summary>
    Full,

    /// <summary>Nothing is hashed: what is not remembered is fetched again, over what is there.</summary>
    None,
}
