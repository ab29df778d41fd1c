using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>Decides which interested peers of one torrent may download from us (docs/choking.md).</summary>
public interface IChoker
{
    /// <summary>When to call <see cref="Rechoke"/>; <see cref="MonoTime.Never"/> while nobody is interested.</summary>
    MonoTime NextRechoke { get; }

    /// <summary>A peer wants something of us. Without effect where that is known.</summary>
    void Interested(ConnectionId peer, MonoTime now);

    /// <summary>A peer no longer wants anything of us. Without effect where that is known.</summary>
    void NotInterested(ConnectionId peer, MonoTime now);

    /// <summary>A peer is gone; it needs no choke.</summary>
    void Left(ConnectionId peer, MonoTime now);

    /// <summary>A round is over: looks at what each peer gave and took in it, and shares the slots out anew.</summary>
    void Rechoke(MonoTime now);
}
