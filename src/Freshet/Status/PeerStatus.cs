using System.Net;

namespace Freshet;

/// <summary>How a connection to a peer is doing at one moment. Immutable.</summary>
public sealed record PeerStatus
{
    /// <summary>The peer's address.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>Its name for itself, control characters removed, or null. Anything may be in it.</summary>
    public string? Client { get; init; }

    /// <summary>Whether it connected to us.</summary>
    public bool IsIncoming { get; init; }

    /// <summary>How much of the torrent it has, from 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Payload bytes a second received from it.</summary>
    public long DownloadRate { get; init; }

    /// <summary>Payload bytes a second sent to it.</summary>
    public long UploadRate { get; init; }

    /// <summary>Payload bytes received from it over this connection.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes sent to it over this connection.</summary>
    public long Uploaded { get; init; }

    /// <summary>Whether it has something that we want.</summary>
    public bool AmInterested { get; init; }

    /// <summary>Whether it refuses our requests.</summary>
    public bool IsChokingUs { get; init; }

    /// <summary>Requests that it has not answered yet.</summary>
    public int RequestsOutstanding { get; init; }
}
