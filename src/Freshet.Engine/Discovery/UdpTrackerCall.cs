using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>A question over UDP (BEP 15): the name is looked up, then datagrams go to one of its addresses until it answers.</summary>
internal sealed class UdpTrackerCall : TrackerCall
{
    private readonly Deadline _timer;
    private UdpTrackerExchange? _exchange;
    private bool _isConnected;
    private MonoTime _until;

    public UdpTrackerCall(TrackerExchanges exchanges, TrackerUrl url, AddressFamily? family, TimeSpan patience, TrackerQuestion question)
        : base(exchanges, url, family, patience, question) => _timer = new Deadline(exchanges.Deadlines, OnTimer);

    private protected override TrackerPlaces Places => Exchanges.UdpPlaces;

    /// <summary>Takes a datagram of the tracker's address; false where it is for another exchange.</summary>
    public bool Handle(in Datagram datagram, MonoTime now)
    {
        if (_exchange is null || !_exchange.Handle(datagram.Remote, datagram.Bytes.Span, now))
            return false;
        Poll(now);
        return true;
    }

    private protected override void Send(MonoTime now)
    {
        _until = now + Timeout;
        _timer.Set(_until);
        Exchanges.Lookups.Find(Url.Host, LookedUp, now);
    }

    private protected override void Abandon()
    {
        _timer.Clear();
        if (_exchange is not null)
            Exchanges.EndUdp(_exchange.Tracker, this);
    }

    private void LookedUp(IReadOnlyList<IPAddress> addresses, string? error, MonoTime now)
    {
        if (IsOver)
            return;
        IPAddress? address = addresses.FirstOrDefault(found => Family is null || found.AddressFamily == Family);
        if (address is null)
        {
            Fail(error ?? "the tracker has no address of this family", null, now);
            return;
        }

        _exchange = Exchanges.BeginUdp(this, Question, Url, address);
        Poll(now);
    }

    private void OnTimer(MonoTime now)
    {
        if (now >= _until)
            Fail("the tracker did not answer", null, now);
        else
            Poll(now);
    }

    private void Poll(MonoTime now)
    {
        UdpTrackerExchange exchange = _exchange!;
        int sentBefore = exchange.PacketsSent;
        int length = exchange.Poll(now, Exchanges.Scratch.Span);
        if (length > 0)
            Exchanges.Effects.SendDatagram(new Datagram(exchange.Tracker, Exchanges.Scratch[..length]));
        if (exchange.IsConnected && !_isConnected)
        {
            _isConnected = true;
            Trace?.Connected(sentBefore, now);
        }

        if (exchange.IsAnswered)
        {
            Question.Take(exchange);
            Finish(null, exchange.Tracker.Address, now);
        }
        else if (exchange.HasTimedOut)
            Fail("the tracker did not answer", null, now);
        else
            _timer.Set(MonoTime.Min(exchange.Deadline, _until));
    }
}
