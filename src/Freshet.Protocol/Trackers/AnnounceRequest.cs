using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>Why an announce is made (BEP 3); the numbers are those of BEP 15.</summary>
public enum AnnounceEvent
{
    /// <summary>One of the regular ones.</summary>
    None = 0,

    /// <summary>The last piece came; not sent where the torrent was complete from the start.</summary>
    Completed = 1,

    /// <summary>The first one.</summary>
    Started = 2,

    /// <summary>The last one.</summary>
    Stopped = 3,

    /// <summary>One of the regular ones of a partial seed (BEP 21); over UDP, which has no number for it, the same as none.</summary>
    Paused = 4,
}

/// <summary>What a tracker is told, over HTTP or UDP alike.</summary>
/// <param name="Swarm">Which swarm.</param>
/// <param name="Self">Our peer id.</param>
/// <param name="Port">Where we listen; 0 where nobody can connect to us.</param>
public sealed record AnnounceRequest(InfoHash Swarm, PeerId Self, int Port)
{
    /// <summary>Why.</summary>
    public AnnounceEvent Event { get; init; }

    /// <summary>Payload bytes given since the start event.</summary>
    public long Uploaded { get; init; }

    /// <summary>Payload bytes taken since the start event, wrong and doubled ones counted.</summary>
    public long Downloaded { get; init; }

    /// <summary>Bytes that are still missing.</summary>
    public long Left { get; init; }

    /// <summary>Bytes of pieces whose hash was wrong; HTTP only.</summary>
    public long Corrupt { get; init; }

    /// <summary>Bytes that came more than once; HTTP only.</summary>
    public long Redundant { get; init; }

    /// <summary>How many peers are wanted.</summary>
    public int PeersWanted { get; init; } = 200;

    /// <summary>A random number, the same for a torrent's life, by which a tracker knows us when our address changes.</summary>
    public uint Key { get; init; }

    /// <summary>What the tracker gave as <c>tracker id</c> before, or null; HTTP only.</summary>
    public ReadOnlyMemory<byte>? TrackerId { get; init; }

    /// <summary>Whether our connections are encrypted, so that the tracker may name peers who want that; HTTP only (<c>supportcrypto</c>, <c>requirecrypto</c>).</summary>
    public EncryptionUse Encryption { get; init; }

    /// <summary>Our IPv4 address, where the announce goes over IPv6 and the address is known (BEP 7); HTTP only.</summary>
    public IPAddress? AlsoIPv4 { get; init; }

    /// <summary>Our IPv6 address, where the announce goes over IPv4 and the address is known (BEP 7); HTTP only.</summary>
    public IPAddress? AlsoIPv6 { get; init; }
}
