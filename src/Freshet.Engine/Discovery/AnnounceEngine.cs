using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>How a tracker answered over one address family.</summary>
/// <param name="Family">The family; null where the name could not be resolved.</param>
/// <param name="Outcome">The answer, or what went wrong.</param>
/// <param name="Latency">From the announce to its end, look-up of the name included.</param>
public sealed record AnnounceReply(AddressFamily? Family, TrackerOutcome Outcome, TimeSpan Latency);

/// <summary>
/// An engine that asks one tracker and is done: the same exchanges as a session's, without torrents. It announces over each address family that the tracker
/// has, as a client that has nothing, and takes itself off the tracker's list again.
/// </summary>
public sealed class AnnounceEngine : IEngine
{
    private readonly DeadlineQueue _deadlines = new();
    private readonly TrackerExchanges _exchanges;
    private readonly List<AnnounceReply> _replies = [];
    private readonly TrackerUrl _tracker;
    private readonly AnnounceRequest _request;
    private readonly TimeSpan _patience;
    private readonly Action<IReadOnlyList<AnnounceReply>> _done;
    private readonly Deadline _timer;
    private readonly List<Call> _calls = [];
    private MonoTime _start;
    private bool _isOver;

    /// <summary>Prepares; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="effects">Who carries effects out.</param>
    /// <param name="userAgent">The User-Agent header.</param>
    /// <param name="secret">At least 16 secret random bytes.</param>
    /// <param name="tracker">Whom to ask.</param>
    /// <param name="request">What to ask; its event is put in by the engine.</param>
    /// <param name="patience">For everything but the goodbye.</param>
    /// <param name="done">Called once, with a reply for each family, or one without where the name has no address.</param>
    public AnnounceEngine(
        IEngineEffects effects,
        string userAgent,
        ReadOnlySpan<byte> secret,
        TrackerUrl tracker,
        AnnounceRequest request,
        TimeSpan patience,
        Action<IReadOnlyList<AnnounceReply>> done)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 16, nameof(secret));
        var numbers = new SeededRandom(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(secret)));
        _exchanges = new TrackerExchanges(effects, _deadlines, numbers, userAgent);
        _tracker = tracker;
        _request = request with { Key = _exchanges.NextKey() };
        _patience = patience;
        _done = done;
        _timer = new Deadline(_deadlines, GiveUp);
    }

    /// <inheritdoc/>
    public MonoTime NextDeadline => _deadlines.Next;

    /// <summary>Begins.</summary>
    public void Start(MonoTime now)
    {
        _start = now;
        _timer.Set(now + _patience);
        _exchanges.Lookups.Find(_tracker.Host, LookedUp, now);
    }

    /// <inheritdoc/>
    public void Handle(in PeerEvent peerEvent, MonoTime now)
    {
        // Nobody is connected; a stray incoming one belongs to no torrent.
    }

    /// <inheritdoc/>
    public void Handle(DiskJob job, MonoTime now)
    {
        // No job is ever handed out.
    }

    /// <inheritdoc/>
    public void Handle(HttpFetchResult result, MonoTime now) => _exchanges.Handle(result, now);

    /// <inheritdoc/>
    public void Handle(ResolveResult result, MonoTime now) => _exchanges.Handle(result, now);

    /// <inheritdoc/>
    public void Handle(in Datagram datagram, MonoTime now) => _exchanges.Handle(datagram, now);

    /// <inheritdoc/>
    public void HandleSaved(long ticket, string? error, MonoTime now)
    {
        // Nothing is ever saved.
    }

    /// <inheritdoc/>
    public void Advance(MonoTime now) => _deadlines.Run(now);

    private void LookedUp(IReadOnlyList<IPAddress> addresses, string? error, MonoTime now)
    {
        error ??= TrackerUrlRules.RefusesAddresses(_tracker, addresses);
        if (_isOver)
            return;
        if (error is not null)
        {
            _replies.Add(new AnnounceReply(null, new TrackerOutcome(null, error, null), now - _start));
            Finish();
            return;
        }

        foreach (AddressFamily family in addresses.Select(address => address.AddressFamily).Distinct())
            _calls.Add(new Call(this, family));
        foreach (Call call in _calls)
            call.Announce(AnnounceEvent.Started, _patience - (now - _start), now);
    }

    private void GiveUp(MonoTime now)
    {
        foreach (Call call in _calls)
            call.GiveUp(now);
        if (_calls.Count == 0)
            _replies.Add(new AnnounceReply(null, new TrackerOutcome(null, "the name was not resolved in time", null), now - _start));
        Finish();
    }

    private void CallOver(MonoTime now)
    {
        if (_calls.TrueForAll(call => call.HasReply))
            _timer.Set(now + Announcer.StopPatience);
        if (_calls.TrueForAll(call => call.IsOver))
            Finish();
    }

    private void Finish()
    {
        if (_isOver)
            return;
        _isOver = true;
        _timer.Clear();
        _done(_replies);
    }

    /// <summary>The tracker over one family: an announce, then a goodbye.</summary>
    private sealed class Call(AnnounceEngine engine, AddressFamily family) : ITrackerCaller
    {
        private TrackerAnnounce? _announce;
        private AnnounceEvent _why;

        public bool HasReply { get; private set; }

        public bool IsOver { get; private set; }

        public void Announce(AnnounceEvent why, TimeSpan patience, MonoTime now)
        {
            _why = why;
            _announce = engine._exchanges.Begin(engine._tracker, family, patience, this, now);
        }

        public AnnounceRequest MakeRequest(MonoTime now) => engine._request with { Event = _why };

        public void Announced(TrackerOutcome outcome, MonoTime now)
        {
            if (_why == AnnounceEvent.Stopped)
            {
                IsOver = true;
            }
            else
            {
                Reply(outcome, now);
                if (outcome.Answer is { Failure: null })
                    Announce(AnnounceEvent.Stopped, Announcer.StopPatience, now);
                else
                    IsOver = true;
            }

            engine.CallOver(now);
        }

        public void GiveUp(MonoTime now)
        {
            _announce?.Cancel(now);
            IsOver = true;
            if (!HasReply)
                Reply(new TrackerOutcome(null, "the tracker did not answer in time", null), now);
        }

        private void Reply(TrackerOutcome outcome, MonoTime now)
        {
            HasReply = true;
            engine._replies.Add(new AnnounceReply(family, outcome, now - engine._start));
        }
    }
}
