namespace Freshet.Engine.Storage;

/// <summary>How much of what is on disk is believed at a start (<c>--check</c>).</summary>
public enum DiskCheck : byte
{
    /// <summary>Believe what the resume record vouches for, hash only what is in doubt; without a record hash all that is there.</summary>
    Auto,

    /// <summary>Hash everything that is there, whatever the record says.</summary>
    Full,

    /// <summary>Believe every file that has its full size. Dangerous: wrong bytes are served to others, who will ban us for them.</summary>
    None,
}

/// <summary>What a start makes of what is on disk.</summary>
/// <param name="Check">How much of it is believed.</param>
/// <param name="Allocate">Whether files get their full space at once, in place of growing.</param>
/// <param name="Overwrite">Whether files that have nothing of the torrent in them may be written over although nothing says that they are ours.</param>
/// <param name="OnlyWhole">Whether to end, and to make and change nothing, where not every piece is there.</param>
public readonly record struct StartPolicy(DiskCheck Check, bool Allocate = false, bool Overwrite = false, bool OnlyWhole = false);

/// <summary>How safely a piece is kept.</summary>
public enum PieceSafety : byte
{
    /// <summary>Not here, or not yet whole and right.</summary>
    Missing,

    /// <summary>The hash is right; the bytes are in memory.</summary>
    Verified,

    /// <summary>The write has returned: told to peers, survives our own end.</summary>
    Written,

    /// <summary>The state store knows: believed at the next start on the same boot.</summary>
    Recorded,

    /// <summary>fdatasync returned, and the state store knows: believed after a loss of power.</summary>
    Durable,
}
