using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.Engine.Session;
using Freshet.Protocol.Trackers;
using Freshet.Sessions;

namespace Freshet;

/// <summary>An engine that does nothing but announce to trackers, with the very machinery that sessions use.</summary>
internal sealed class TrackerProbe : IEngine
{
    /// <summary>The loop wants blocks for peers, of which there are none: the least that there can be.</summary>
    public const long PoolLength = BlockPool.BlocksPerSlab * BlockRange.BlockLength;

    /// <summary>What is told as still missing: not nothing, for trackers give seeders no seeders.</summary>
    private const long Left = 1;

    /// <summary>A client that listens nowhere is told to have the protocol's usual port, because trackers refuse port 0.</summary>
    private const int UsualPort = 6881;

    private readonly DeadlineQueue _deadlines = new();
    private readonly TrackerExchanges _exchanges;
    private readonly InfoHash _swarm;
    private readonly PeerId _self;
    private readonly int _port;
    private readonly uint _key;

    public TrackerProbe(IEngineEffects effects, InfoHash swarm, int port, string userAgent)
    {
        var random = new SeededRandom(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        _swarm = swarm;
        _port = port == 0 ? UsualPort : port;
        _self = PeerId.Create(random);
        _exchanges = new TrackerExchanges(effects, _deadlines, random, userAgent);
        _key = _exchanges.NextKey();
    }

    public MonoTime NextDeadline => _deadlines.Next;

    /// <summary>A reply that says what went wrong.</summary>
    public static TrackerReply Failed(TrackerUrl url, string error)
        => new() { Url = url.ToString(), Protocol = ProtocolOf(url), Error = PlainText.Of(url.Scrub(error)) };

    public void Ask(TrackerQuestion question, MonoTime now) => _ = new Call(this, question, AnnounceEvent.Started, now);

    /// <summary>Tests a tracker over one family.</summary>
    public Task<TrackerTestRoute> TestAsync(TrackerUrl url, AddressFamily family, TimeSpan patience, MonoTime now)
    {
        var run = new TrackerTestRun(_exchanges, Request, url, family, patience);
        run.Start(now);
        return run.Done;
    }

    /// <summary>Scrapes a tracker over one family, in as many questions as it takes.</summary>
    public Task<TrackerScrape> ScrapeAsync(TrackerUrl url, AddressFamily family, IReadOnlyList<InfoHash> swarms, TimeSpan patience, MonoTime now)
    {
        var run = new TrackerScrapeRun(_exchanges, url, family, swarms, patience);
        run.Start(now);
        return run.Done;
    }

    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
        // There are no peers.
    }

    public void Handle(DiskJob job, MonoTime now)
    {
        // There is no disk.
    }

    public void Handle(HttpFetchResult result, MonoTime now) => _exchanges.Handle(result, now);

    public void Handle(ResolveResult result, MonoTime now) => _exchanges.Handle(result, now);

    public void Handle(in Datagram datagram, MonoTime now) => _exchanges.Handle(in datagram, now);

    public void HandleSaved(long ticket, string? error, MonoTime now)
    {
        // There is no state.
    }

    public void Advance(MonoTime now) => _deadlines.Run(now);

    public static string ProtocolOf(TrackerUrl url) => url.Protocol switch
    {
        TrackerProtocol.Udp => "udp",
        TrackerProtocol.Https => "https",
        _ => "http",
    };

    private AnnounceRequest Request(AnnounceEvent why) => new(_swarm, _self, _port) { Event = why, Left = Left, Key = _key };

    /// <summary>One announce; after a good one, the one that takes us off the list again.</summary>
    private sealed class Call : ITrackerCaller
    {
        private readonly TrackerProbe _probe;
        private readonly TrackerQuestion _question;
        private readonly AnnounceEvent _event;
        private MonoTime _sentAt;

        public Call(TrackerProbe probe, TrackerQuestion question, AnnounceEvent announceEvent, MonoTime now)
        {
            _probe = probe;
            _question = question;
            _event = announceEvent;
            probe._exchanges.Announce(question.Url, question.Family, question.Patience, this, now);
        }

        public bool IsUrgent => true;

        public AnnounceRequest MakeRequest(MonoTime now)
        {
            _sentAt = now;
            return _probe.Request(_event);
        }

        public void Announced(TrackerOutcome outcome, MonoTime now)
        {
            if (_event == AnnounceEvent.Stopped)
            {
                _question.TakenOff();
                return;
            }

            _question.Answer(Translate(outcome, now));
            if (outcome.Answer is { Failure: null })
                _ = new Call(_probe, _question, AnnounceEvent.Stopped, now);
        }

        private TrackerReply Translate(TrackerOutcome outcome, MonoTime now)
        {
            if ((outcome.Answer?.Failure ?? outcome.Error) is { } error)
                return Failed(_question.Url, error) with { Address = outcome.Remote, Family = _question.Family };
            AnnounceAnswer answer = outcome.Answer!;
            return new TrackerReply
            {
                Url = _question.Url.ToString(),
                Protocol = ProtocolOf(_question.Url),
                Address = outcome.Remote,
                Family = _question.Family,
                Latency = now - _sentAt,
                Interval = answer.Interval,
                Seeders = answer.Complete,
                Leechers = answer.Incomplete,
                Peers = [.. answer.Peers.Where(peer => peer.Address is not null).Select(peer => new IPEndPoint(peer.Address!, peer.Port))],
                Warning = answer.Warning is { } warning ? PlainText.Of(_question.Url.Scrub(warning)) : null,
            };
        }
    }
}
