using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Peers;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Who gives his place to others while all places of a torrent are taken: the worst few now and then where candidates wait, and one at a time to a peer that dials us
/// and goes before him (BEP 40).
/// </summary>
internal sealed class PlaceKeeper
{
    /// <summary>Whoever dials us gets another's place so often at the most: a flood must not turn the swarm over.</summary>
    private static readonly TimeSpan MakeRoomInterval = TimeSpan.FromSeconds(1);

    private readonly SwarmConnector _connector;
    private readonly SessionContext _session;
    private readonly Deadline _turnover;
    private MonoTime _nextRoom = MonoTime.Zero;

    public PlaceKeeper(SwarmConnector connector, SessionContext session)
    {
        _connector = connector;
        _session = session;
        _turnover = new Deadline(session.Deadlines, TurnOver);
    }

    /// <summary>Somebody waits for a place, and there is none.</summary>
    public void Wanted(MonoTime now) => _turnover.SetNoLaterThan(now + Turnover.Interval);

    /// <summary>The torrent stops.</summary>
    public void Close() => _turnover.Clear();

    /// <summary>A peer dials us and there is no place: takes one from who goes behind it, where there is such a one.</summary>
    public bool TryMakeRoom(IPEndPoint newcomer, MonoTime now)
    {
        uint priority = _session.OwnAddresses.PriorityOf(newcomer);
        if (priority == 0 || now < _nextRoom)
            return false;
        _nextRoom = now + MakeRoomInterval;
        PeerStanding[] standings = [.. _connector.Connections.Select(peer => peer.Standing(now))];
        if (Turnover.Choose(standings, waiting: 1) is not [int worst] || standings[worst].Priority >= priority)
            return false;
        _connector.Close(_connector.Connections[worst], DisconnectReason.Limit, now);
        return true;
    }

    private void TurnOver(MonoTime now)
    {
        int waiting = _connector.Candidates.CountDue(now);
        if (waiting == 0 || !Turnover.IsFull(_connector.Connections.Count, _connector.Limit))
            return;
        CloseWorst([.. _connector.Connections], waiting, now);

        // For those who still wait.
        Wanted(now);
    }

    /// <summary>Closes the worst of some connections, of whatever torrents; the others are judged anew from here on.</summary>
    public static void CloseWorst(PeerConnection[] peers, int waiting, MonoTime now)
    {
        PeerStanding[] standings = [.. peers.Select(peer => peer.Standing(now))];
        foreach (PeerConnection peer in peers)
            peer.BeginStanding(now);
        foreach (int worst in Turnover.Choose(standings, waiting))
            peers[worst].Connector.Close(peers[worst], DisconnectReason.Limit, now);
    }
}
