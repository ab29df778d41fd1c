namespace Freshet.Abstractions;

/// <summary>How much a file is wanted. A piece takes the highest priority of the files that it touches; all pieces of a higher one are begun before those of a lower.</summary>
public enum FilePriority : byte
{
    /// <summary>Not fetched, and never made on disk.</summary>
    Skip,

    /// <summary>After all others.</summary>
    Low,

    /// <summary>Like most.</summary>
    Normal,

    /// <summary>Before all others.</summary>
    High,
}
