using Freshet.Core;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Answering;

/// <summary>Why a client announces.</summary>
internal enum CallEvent : byte
{
    /// <summary>One of the regular ones.</summary>
    None = 0,

    /// <summary>It has just got everything.</summary>
    Completed = 1,

    /// <summary>It begins.</summary>
    Started = 2,

    /// <summary>It leaves.</summary>
    Stopped = 3,

    /// <summary>It is a partial seed (BEP 21); over UDP there is no such event in BEP 15, and 4 is what implementations took.</summary>
    Paused = 4,
}

/// <summary>An announce as it came over HTTP or UDP, checked for its form and no more.</summary>
internal readonly struct AnnounceCall
{
    public required InfoHash Swarm { get; init; }

    public required Sha1Hash PeerId { get; init; }

    /// <summary>Where the packet or the connection came from: what the peer's address is taken from.</summary>
    public required PeerAddress Source { get; init; }

    /// <summary>0: nobody can connect to it.</summary>
    public required ushort Port { get; init; }

    /// <summary>Bytes that it lacks.</summary>
    public long Left { get; init; }

    public CallEvent Event { get; init; }

    /// <summary>How many peers it wants; below 0 where it did not say.</summary>
    public int Wanted { get; init; }

    /// <summary>A secret of the client's that stays when its address changes (BEP 7), hashed; 0 where it told none.</summary>
    public ulong Key { get; init; }

    /// <summary>An address that the client claims to have; used only where <see cref="TrackerOptions.TrustLocalAddressParameter"/> allows.</summary>
    public PeerAddress? Claimed { get; init; }

    /// <summary>HTTP: the list form of BEP 3 in place of compact peers (BEP 23).</summary>
    public bool WantsList { get; init; }

    /// <summary>HTTP: peer ids may be left out of the list form.</summary>
    public bool WithoutPeerIds { get; init; }

    public PeerKind Kind => Left == 0 ? PeerKind.Seeder : Event == CallEvent.Paused ? PeerKind.PartialSeed : PeerKind.Leecher;
}
