namespace Freshet;

/// <summary>What becomes of a torrent's data when it is removed.</summary>
public enum DataDisposal
{
    /// <summary>The files stay.</summary>
    Keep,

    /// <summary>The torrent's own files are deleted, and folders that are empty then. Foreign files stay.</summary>
    Delete,
}
