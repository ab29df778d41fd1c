namespace Freshet.Abstractions;

/// <summary>Where a piece stands; it is in exactly one of these states.</summary>
public enum PieceState : byte
{
    /// <summary>Missing, and no wanted file needs it.</summary>
    Unwanted,

    /// <summary>Missing and wanted, and nothing of it has been asked for.</summary>
    Pickable,

    /// <summary>Some of its blocks are here or asked for.</summary>
    Open,

    /// <summary>All its blocks are here; the hash is not known yet.</summary>
    Whole,

    /// <summary>Here, and its hash is right.</summary>
    Have,
}
