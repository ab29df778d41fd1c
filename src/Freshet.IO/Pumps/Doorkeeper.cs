using System.Net;
using System.Net.Sockets;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>Takes new connections of peers, over TCP and uTP in turn, as fast as the gate, the budget and the system's handles allow.</summary>
internal sealed class Doorkeeper
{
    /// <summary>New connections taken in one iteration: a storm must not hold up those that are there.</summary>
    private const int MaxAccepts = 64;

    /// <summary>How long nothing is accepted after the system had no handle for it (THREATS F4).</summary>
    private static readonly TimeSpan HandlePause = TimeSpan.FromSeconds(1);

    private readonly PumpOptions _options;
    private readonly ISocketPoller _poller;
    private readonly UtpHost? _utp;
    private readonly IncomingGate _gate;
    private MonoTime _handlesAgain = MonoTime.Zero;

    public Doorkeeper(PumpOptions options, ISocketPoller poller, UtpHost? utp, IncomingGate gate)
    {
        _options = options;
        _poller = poller;
        _utp = utp;
        _gate = gate;
    }

    /// <summary>When somebody who waits may be let in; Never where nobody is kept waiting.</summary>
    public MonoTime Again => _poller.Accepting && _utp is not { HasCallers: true } ? MonoTime.Never : Next;

    /// <summary>When accepting may go on, as it looks now.</summary>
    private MonoTime Next => _gate.IsFull ? MonoTime.Max(_handlesAgain, _gate.NextEviction) : _handlesAgain;

    /// <summary>Lets in who waits, within bounds.</summary>
    /// <param name="now">The time.</param>
    /// <param name="evict">Closes a connection that gives way.</param>
    /// <param name="welcome">Takes a new one.</param>
    public void Open(MonoTime now, Action<PumpConnection> evict, Action<PeerSocket, IPEndPoint, MonoTime> welcome)
    {
        for (int i = 0; i < MaxAccepts && now >= Next; i++)
        {
            if (_gate.IsFull && _gate.Evict(now) is { } oldest)
                evict(oldest);
            _poller.Accepting = true;
            bool isUtpFirst = (i & 1) == 0;
            PeerSocket? socket = isUtpFirst ? TakeUtp(out IPEndPoint? remote) ?? TakeTcp(now, out remote) : TakeTcp(now, out remote) ?? TakeUtp(out remote);
            if (socket is null)
                break;
            if (remote is null || !_gate.Admits(remote) || !_options.Budget.TryTake())
                socket.Abandon();
            else
                welcome(socket, remote, now);
        }

        _poller.Accepting = now >= Next;
    }

    private PeerSocket? TakeTcp(MonoTime now, out IPEndPoint? remote)
    {
        PeerSocket? socket = _poller.Accept(out remote, out SocketError error);
        if (socket is null && error != SocketError.WouldBlock)
            _handlesAgain = now + HandlePause;
        return socket;
    }

    private PeerSocket? TakeUtp(out IPEndPoint? remote)
    {
        remote = null;
        return _utp?.Accept(out remote);
    }
}
