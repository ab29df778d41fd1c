using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.IO.Udp;

namespace Freshet.IO.Pumps;

/// <summary>What a pump does with datagrams in each of its turns: takes what has come to the session's UDP socket of its own, and sends what its uTP streams have to say. Without a socket it does nothing.</summary>
internal sealed class PumpDatagrams
{
    /// <summary>How long streams that are closed at the session's end may take to say so: some round trips. Who hears nothing finds out by himself.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    private readonly MonoClock _clock;
    private readonly UdpPort? _port;

    public PumpDatagrams(PumpOptions options, ISocketPoller poller)
    {
        _clock = options.Clock;
        _port = options.Udp?.Open(poller);
        Utp = _port is not null && options.Utp is { } settings ? new UtpHost(_port, settings) : null;
    }

    /// <summary>The streams; null where uTP is not spoken.</summary>
    public UtpHost? Utp { get; }

    /// <summary>Whether datagrams came for the engine that it was not told of; whoever tells it clears this.</summary>
    public bool HasMail { get; set; }

    /// <summary>Whether there is something to do without waiting.</summary>
    public bool HasTurn => _port is { HasTurn: true } || Utp is { HasNews: true };

    /// <summary>When something is due.</summary>
    public MonoTime NextDeadline => Utp?.NextDeadline ?? MonoTime.Never;

    /// <summary>Takes what has come and does what is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="ready">Gets the sockets of streams that became ready for something.</param>
    public void Receive(MonoTime now, List<PeerSocket> ready)
    {
        if (_port is null)
            return;
        Utp?.Begin(now);
        if (_port.HasTurn)
            HasMail |= _port.Receive(Utp);
        Utp?.Advance(now, ready);
    }

    /// <summary>Sends what streams were given, acknowledgements, and the room that reading has made.</summary>
    public void Flush()
    {
        if (_port is null)
            return;

        // What was done since the turn began has taken time, and packets say when they leave.
        Utp?.Flush(_clock.Now);
        _port.Flush(Utp);
    }

    /// <summary>At the end: streams of uTP are closed by us and not by the system, which takes a moment.</summary>
    public void SayFarewell(ISocketPoller poller, List<PeerSocket> ready)
    {
        if (Utp is null)
            return;
        MonoTime until = _clock.Now + Farewell;
        Flush();
        for (MonoTime now = _clock.Now; Utp.IsClosing && now < until; now = _clock.Now)
        {
            if (!HasTurn)
                poller.Wait(MonoTime.Min(until, MonoTime.Max(now, Utp.NextDeadline)) - now, ready);
            ready.Clear();
            Receive(_clock.Now, ready);
            Flush();
        }
    }
}
