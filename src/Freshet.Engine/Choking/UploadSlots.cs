using Freshet.Abstractions;

namespace Freshet.Engine.Choking;

/// <summary>Carries out what a choker decides.</summary>
public interface IChokeTarget
{
    /// <summary>Lets a peer download from us.</summary>
    void Unchoke(ConnectionId peer);

    /// <summary>Lets it no more.</summary>
    void Choke(ConnectionId peer);
}

/// <summary>Decides which interested peers may download from us.</summary>
public interface IChoker
{
    /// <summary>A peer wants something of us.</summary>
    void Interested(ConnectionId peer);

    /// <summary>A peer no longer wants anything of us.</summary>
    void NotInterested(ConnectionId peer);

    /// <summary>A peer is gone; it needs no choke.</summary>
    void Left(ConnectionId peer);
}

/// <summary>
/// The plainest choker: a fixed number of places, first come, first served. Who loses interest keeps its place until another peer needs it, and
/// queues up at the end when it wants one again, so that flapping gains nothing (THREATS W12).
/// </summary>
public sealed class UploadSlots : IChoker
{
    private readonly IChokeTarget _target;
    private readonly LinkedList<ConnectionId> _waiting = new();
    private readonly LinkedList<ConnectionId> _serving = new();
    private readonly LinkedList<ConnectionId> _idle = new();
    private int _places;

    /// <summary>Starts with free places.</summary>
    /// <param name="places">How many peers are unchoked at once.</param>
    /// <param name="target">Who chokes and unchokes.</param>
    public UploadSlots(int places, IChokeTarget target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(places);
        _places = places;
        _target = target;
    }

    /// <summary>How many peers are unchoked at once; those over a smaller number are choked, the latest first.</summary>
    public int Places
    {
        get => _places;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _places = value;
            Settle();
        }
    }

    /// <inheritdoc/>
    public void Interested(ConnectionId peer)
    {
        if (_idle.Remove(peer))
            _serving.AddLast(peer);
        else if (!_serving.Contains(peer) && !_waiting.Contains(peer))
            _waiting.AddLast(peer);
        Settle();
    }

    /// <inheritdoc/>
    public void NotInterested(ConnectionId peer)
    {
        if (_serving.Remove(peer))
            _idle.AddLast(peer);
        else
            _waiting.Remove(peer);
        Settle();
    }

    /// <inheritdoc/>
    public void Left(ConnectionId peer)
    {
        if (!_waiting.Remove(peer) && !_serving.Remove(peer))
            _idle.Remove(peer);
        Settle();
    }

    private void Settle()
    {
        while (_serving.Count + _idle.Count > _places)
        {
            if (_idle.Count > 0)
            {
                Choke(_idle);
                continue;
            }

            ConnectionId latest = Choke(_serving);
            _waiting.AddFirst(latest);
        }

        while (_waiting.Count > 0 && _serving.Count < _places)
        {
            if (_serving.Count + _idle.Count == _places)
                Choke(_idle);
            ConnectionId next = _waiting.First!.Value;
            _waiting.RemoveFirst();
            _serving.AddLast(next);
            _target.Unchoke(next);
        }
    }

    private ConnectionId Choke(LinkedList<ConnectionId> from)
    {
        ConnectionId peer = from.Last!.Value;
        from.RemoveLast();
        _target.Choke(peer);
        return peer;
    }
}
