using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Peers;

/// <summary>The addresses of one torrent's peers, and which to dial next.</summary>
public sealed class PeerList
{
    /// <summary>Makes an empty list.</summary>
    /// <param name="random">For the order of equals and for jitter.</param>
    /// <param name="bans">Who is never listed; shared by all torrents of a session.</param>
    public PeerList(SeededRandom random, BanList bans) => throw new NotSupportedException();

    /// <summary>The addresses that are known, our own not counted.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>When the next candidate may be dialled; <see cref="MonoTime.Never"/> when there is none.</summary>
    public MonoTime NextDue => throw new NotSupportedException();

    /// <summary>Tells of a peer.</summary>
    /// <returns>True where it is new.</returns>
    public bool Add(IPEndPoint endpoint, PeerSources source, MonoTime now) => throw new NotSupportedException();

    /// <summary>An address of our own (where we listen, or what a self-connection showed): never dialled (again).</summary>
    public void MarkSelf(IPEndPoint endpoint) => throw new NotSupportedException();

    /// <summary>Takes the candidate to dial now; it counts as connecting from here on, until <see cref="Connected"/> or <see cref="Disconnected"/>.</summary>
    public bool TryTakeDue(MonoTime now, out PeerCandidate? candidate) => throw new NotSupportedException();

    /// <summary>Both handshakes with a candidate that was dialled are through.</summary>
    public void Connected(PeerCandidate candidate, MonoTime now) => throw new NotSupportedException();

    /// <summary>A peer that connected to us says where it listens (<c>p</c> of BEP 10): it is listed as connected, so that it is not dialled too.</summary>
    /// <returns>The candidate to hand to <see cref="Disconnected"/> later, or null where the address is not one to dial or another connection has it.</returns>
    public PeerCandidate? ConnectedIncoming(IPEndPoint remote, int listenPort, MonoTime now) => throw new NotSupportedException();

    /// <summary>The connection is gone, or could not be opened. Decides when to try again, or never.</summary>
    public void Disconnected(PeerCandidate candidate, DisconnectReason reason, MonoTime now) => throw new NotSupportedException();

    /// <summary>Takes out who is banned.</summary>
    public void RemoveBanned() => throw new NotSupportedException();
}
