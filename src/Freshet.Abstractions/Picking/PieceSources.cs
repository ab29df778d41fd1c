namespace Freshet.Abstractions;

/// <summary>Where blocks come from that no connection brought.</summary>
public static class PieceSources
{
    /// <summary>From our own disk, where an earlier run or another torrent left them.</summary>
    public static ConnectionId Local => new(-1);
}
