namespace Freshet.Abstractions;

/// <summary>What kind of trouble a disk operation met.</summary>
public enum DiskErrorKind : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>The disk, or the user's quota, is full.</summary>
    Full,

    /// <summary>A file or folder that should be there is not, or is shorter than the bytes asked for.</summary>
    Missing,

    /// <summary>The user may not do this, or the file system is read-only.</summary>
    Denied,

    /// <summary>Something else is in the way: a folder where a file should be, a link out of the download's folder.</summary>
    Blocked,

    /// <summary>The device failed.</summary>
    Device,

    /// <summary>Too many open files.</summary>
    Handles,
}

/// <summary>Trouble of a disk operation: a value, because it is weather.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Path">The file or folder, for the message.</param>
/// <param name="Message">What the system said.</param>
public sealed record DiskError(DiskErrorKind Kind, string Path, string Message);
