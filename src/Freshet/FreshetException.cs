namespace Freshet;

/// <summary>What kind of trouble a <see cref="FreshetException"/> is about. The numbers are stable.</summary>
public enum FreshetError
{
    /// <summary>Something else.</summary>
    Other = 1,

    /// <summary>An option or argument makes no sense.</summary>
    Usage = 2,

    /// <summary>A torrent cannot be read: no such file, or no right to read it.</summary>
    SourceUnreadable = 4,

    /// <summary>The disk cannot be written: full, denied, failing.</summary>
    Storage = 5,

    /// <summary>A torrent file is damaged, or not one.</summary>
    SourceInvalid = 6,

    /// <summary>A server did not answer, or not with what was asked for.</summary>
    Network = 8,

    /// <summary>Another process, or this one, has the torrent or the port already.</summary>
    Conflict = 9,

    /// <summary>The user may not do this.</summary>
    Denied = 10,
}

/// <summary>
/// An operation that was asked for cannot be done, and why. What happens on the network while a torrent runs is never an exception: see
/// <see cref="TorrentStatus"/> and <see cref="TorrentEvent"/>.
/// </summary>
public sealed class FreshetException : Exception
{
    /// <summary>Says what cannot be done, where, and what to do about it. Without secrets.</summary>
    public FreshetException(FreshetError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What kind of trouble.</summary>
    public FreshetError Error { get; }

    /// <summary>Its short name, one of <see cref="TroubleCodes"/>: the title of its entry in docs/troubleshooting.md.</summary>
    public string Code
    {
        get => field ?? TroubleCodes.Of(Error);
        init;
    }
}
