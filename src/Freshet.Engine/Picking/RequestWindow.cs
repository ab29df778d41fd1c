using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>
/// How many requests one connection may have outstanding, and when they have waited too long. It starts at 32 and doubles every round trip (one more for every
/// block that comes) until the rate stops growing; then it is twice the bandwidth-delay product or one second of rate, whichever is more, within what the
/// peer queues. Not thread-safe; time never goes back.
/// </summary>
public sealed class RequestWindow
{
    /// <summary>Requests at the start: 512 KiB, a tenth of a second of a line of 40 Mbit/s.</summary>
    public const int StartDepth = 32;

    /// <summary>
    /// Requests at the start where pieces are scarce. More would tie the few that there are up at peers of which nothing is known: in a swarm that begins together that
    /// costs everybody a tenth of the time (docs/choking.md).
    /// </summary>
    public const int ScarceDepth = 4;

    /// <summary>The fewest requests to a peer that answers: one on the way while another is answered.</summary>
    public const int MinDepth = 2;

    /// <summary>What a peer queues that does not say it (<c>reqq</c>): the default that BEP 10 names.</summary>
    public const int DefaultPeerLimit = 250;

    /// <summary>Our own cap: 32 MiB on the way, 2.6 Gbit/s at 100 ms; no client of the field queues more.</summary>
    public const int MaxDepth = 2000;

    /// <summary>The time-out before a first block: a choker's optimistic slot may take a while to be served. libtorrent's figure.</summary>
    public static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The shortest time-out: a disk that wakes up, a Wi-Fi that scans, a queue that drains take seconds.</summary>
    public static readonly TimeSpan MinTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest time-out where nothing else is set: libtorrent's figure.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(60);

    // A round is what rates are compared over: two round trips, because blocks come in bursts of one window a round trip; and no less than a timer's grain.
    private const long MinRoundNanoseconds = 200_000_000;

    // On a slow link a round ends after so much time even if it saw only a few blocks.
    private const long LongRoundNanoseconds = 2_000_000_000;
    private const int RoundBlocks = 4;

    // The rate has stopped growing when it did not beat the best by a tenth in two rounds, in which the window was full and may have doubled several times.
    private const double Growth = 1.1;
    private const int FlatRounds = 2;

    // As far as the queue at a peer reaches where our own limit is the slowest: more than any line's round trip, little enough to be taken over.
    private const double PacedSeconds = 2;

    // A mebibyte of blocks: more gathered requests save nothing measurable.
    private const int MaxGathered = 64;

    private readonly RequestQueue _queue = new(timed: true);
    private readonly int? _fixedDepth;
    private readonly TimeSpan _maxTimeout;

    private int _depth = StartDepth;
    private bool _growing = true;
    private bool _hasBegun;
    private bool _peerLimitSaid;
    private int _peerLimit = DefaultPeerLimit;

    private double _roundTrip;
    private double _deviation;
    private double _shortest = double.MaxValue;

    private MonoTime _roundStart = MonoTime.Never;
    private long _roundBytes;
    private int _roundBlocks;
    private bool _wasFull;
    private int _flat;
    private double _best;
    private double _rate;

    // Since when the oldest request is the oldest, and how many may be answered before it by a peer that takes them in any order.
    private MonoTime _headSince;
    private int _headQueue;
    private MonoTime _answeredAt;

    // A mutable struct: not readonly.
    private WorkRate _work;

    /// <summary>Makes a window.</summary>
    /// <param name="fixedDepth">A fixed number of requests (<c>--pipeline N</c>), or null: adapt.</param>
    /// <param name="maxTimeout">The longest time-out, or null for <see cref="MaxTimeout"/>.</param>
    public RequestWindow(int? fixedDepth = null, TimeSpan? maxTimeout = null)
    {
        _fixedDepth = fixedDepth;
        _maxTimeout = maxTimeout ?? MaxTimeout;
    }

    /// <summary>What the peer queues (<c>reqq</c> of BEP 10), at least 1; what it says replaces the default, up or down.</summary>
    public int PeerLimit
    {
        get => _peerLimit;
        set
        {
            _peerLimit = Math.Max(1, value);
            _peerLimitSaid = true;
        }
    }

    /// <summary>How many requests may be out.</summary>
    public int Depth
    {
        get
        {
            if (IsSnubbed)
                return 1;
            // A number that the user set is above our guess of what the peer queues, not above what the peer said.
            if (_fixedDepth is { } depth)
                return _peerLimitSaid ? Math.Min(depth, _peerLimit) : depth;
            return Math.Min(Math.Min(_depth, PacedDepth), Math.Min(_peerLimit, MaxDepth));
        }
    }

    /// <summary>
    /// Bytes a second that our own limits let in of this connection, or null. What is asked for beyond some seconds of that would only wait in our socket, and
    /// be missing where others could bring it sooner.
    /// </summary>
    public long? Pace { get; set; }

    private int PacedDepth
        => Pace is { } pace ? (int)Math.Min(MinDepth + Math.Ceiling(pace * PacedSeconds / BlockRange.BlockLength), MaxDepth) : MaxDepth;

    /// <summary>The first requests are about to be made; later calls change nothing.</summary>
    /// <param name="scarce">Whether the swarm has only few pieces yet, which its members pass on one by one.</param>
    public void Begin(bool scarce)
    {
        if (!_hasBegun && scarce)
            _depth = ScarceDepth;
        _hasBegun = true;
    }

    /// <summary>How many are out.</summary>
    public int Outstanding => _queue.Count;

    /// <summary>How many more may be sent now.</summary>
    public int Room => Math.Max(0, Depth - Outstanding);

    /// <summary>
    /// Whether there is room for so many requests that sending them is worth a packet. An eighth of the depth is asked for together: the peer has the other
    /// seven eighths to work on, and a send for every few blocks would cost both sides more than the blocks do.
    /// </summary>
    public bool IsWorthFilling => Room >= Math.Clamp(Depth / 8, 1, MaxGathered);

    /// <summary>The peer let its requests time out and has brought nothing since.</summary>
    public bool IsSnubbed { get; private set; }

    /// <summary>The smoothed time from request to block, the peer's queue counted; null before the first block.</summary>
    public TimeSpan? RoundTrip => _roundTrip > 0 ? TimeSpan.FromSeconds(_roundTrip) : null;

    /// <summary>Payload bytes a second in the last rounds, as the window sees it; 0 before the first round is over.</summary>
    public long BytesPerSecond => (long)_rate;

    /// <summary>Payload bytes a second while requests were out, smoothed over some twenty seconds of that; in the first few no more than is sure.</summary>
    public long UsualBytesPerSecond => _work.BytesPerSecond;

    /// <summary>Whether <see cref="UsualBytesPerSecond"/> has seen enough to say also how little the peer brings.</summary>
    public bool IsRateSettled => _work.IsSettled;

    /// <summary>When to call <see cref="CheckTimeout"/>; <see cref="MonoTime.Never"/> while nothing is out.</summary>
    public MonoTime Deadline
        => _queue.Count == 0 ? MonoTime.Never : MonoTime.Min(WaitingSince + Timeout, _headSince + HeadTimeout);

    /// <summary>How long a peer may be silent while requests are out: mean and four deviations of what was measured, within bounds.</summary>
    private TimeSpan Timeout
    {
        get
        {
            TimeSpan measured = _roundTrip > 0 ? TimeSpan.FromSeconds(Math.Min(_roundTrip + (4 * _deviation), 1e6)) : FirstTimeout;
            measured = measured < MinTimeout ? MinTimeout : measured;
            return measured < _maxTimeout ? measured : _maxTimeout;
        }
    }

    /// <summary>
    /// How long the oldest request may be passed over while others are answered: a peer may answer a window in any order, so twice the time that a
    /// window takes comes on top.
    /// </summary>
    private TimeSpan HeadTimeout
    {
        get
        {
            double window = _rate > 0 ? 2.0 * _headQueue * BlockRange.BlockLength / _rate : 0;
            return Timeout + TimeSpan.FromSeconds(Math.Min(window, 2 * _maxTimeout.TotalSeconds));
        }
    }

    private MonoTime WaitingSince => MonoTime.Max(_answeredAt, _queue.TimeAt(0));

    /// <summary>A request goes out.</summary>
    public void OnRequested(BlockRange block, MonoTime now)
    {
        if (_queue.Count == 0)
        {
            // After a pause the time that passed says nothing of the link.
            _roundStart = MonoTime.Never;
            _work.Begin(now);
            StartHead(now);
        }

        _queue.Add(RequestQueue.KeyOf(block), now);
        _wasFull |= _queue.Count >= Depth;
    }

    /// <summary>A block came in, whatever became of it.</summary>
    public void OnReceived(BlockRange block, MonoTime now)
    {
        _answeredAt = now;
        if (_queue.Count > 0)
            _work.Add(block.Length, now);
        int index = _queue.IndexOf(RequestQueue.KeyOf(block));
        if (index >= 0)
        {
            Measure((now - _queue.TimeAt(index)).TotalSeconds);
            RemoveAt(index, now);
        }

        if (IsSnubbed)
        {
            // It answers again: feel the way up anew.
            IsSnubbed = false;
            _depth = MinDepth;
            StartGrowing();
        }

        if (_growing && _wasFull)
            _depth = Math.Min(_depth + 1, MaxDepth);
        CountRound(block.Length, now);
    }

    /// <summary>A request was cancelled, rejected or given up.</summary>
    public void OnDropped(BlockRange block, MonoTime now)
    {
        int index = _queue.IndexOf(RequestQueue.KeyOf(block));
        if (index >= 0)
            RemoveAt(index, now);
    }

    /// <summary>All requests are void (CHOKE).</summary>
    public void OnAllDropped() => _queue.Clear();

    /// <summary>The peer owed us nothing up to now: what it has sent waits for our own limit.</summary>
    public void Postpone(MonoTime now)
    {
        _answeredAt = now;
        _headSince = now;
    }

    /// <summary>Looks for a time-out.</summary>
    /// <param name="now">The time.</param>
    /// <param name="piece">The piece of the request that was <see cref="WindowTimeout.Lost"/>.</param>
    /// <param name="block">That request's block in the piece.</param>
    public WindowTimeout CheckTimeout(MonoTime now, out PieceIndex piece, out int block)
    {
        piece = default;
        block = 0;
        if (_queue.Count == 0)
            return WindowTimeout.None;
        if (now >= WaitingSince + Timeout)
        {
            IsSnubbed = true;
            _queue.Clear();
            return WindowTimeout.Stalled;
        }

        if (now < _headSince + HeadTimeout)
            return WindowTimeout.None;
        long key = _queue.Keys[0];
        piece = new PieceIndex(RequestQueue.PieceOf(key));
        block = RequestQueue.BlockOf(key);
        RemoveAt(0, now);
        return WindowTimeout.Lost;
    }

    private void RemoveAt(int index, MonoTime now)
    {
        _queue.RemoveAt(index);
        if (index == 0)
            StartHead(now);
    }

    private void StartHead(MonoTime now)
    {
        _headSince = now;
        _headQueue = Math.Max(_queue.Count, Depth);
    }

    private void Measure(double sample)
    {
        sample = Math.Max(sample, 1e-6);
        _shortest = Math.Min(_shortest, sample);
        if (_roundTrip <= 0)
        {
            _roundTrip = sample;
            _deviation = sample / 2;
            return;
        }

        // RFC 6298.
        _deviation += (Math.Abs(sample - _roundTrip) - _deviation) / 4;
        _roundTrip += (sample - _roundTrip) / 8;
    }

    private void StartGrowing()
    {
        _growing = true;
        _flat = 0;
        _best = 0;
        _roundStart = MonoTime.Never;
    }

    private void CountRound(int bytes, MonoTime now)
    {
        if (_roundStart.IsNever)
        {
            // The first block's bytes came before the round: they only say when it begins.
            _roundStart = now;
            _roundBytes = _roundBlocks = 0;
            return;
        }

        _roundBytes += bytes;
        _roundBlocks++;
        long elapsed = now.Nanoseconds - _roundStart.Nanoseconds;
        double roundTrips = _shortest < double.MaxValue ? 2e9 * _shortest : 0;
        if (elapsed < Math.Max(MinRoundNanoseconds, roundTrips) || (_roundBlocks < RoundBlocks && elapsed < LongRoundNanoseconds))
            return;
        EndRound(_roundBytes * 1e9 / elapsed);
        _roundStart = now;
        _roundBytes = _roundBlocks = 0;
        _wasFull = _queue.Count >= Depth;
    }

    private void EndRound(double rate)
    {
        if (!_wasFull)
        {
            // There was less to ask for than the window allows: the rate says nothing of the link, unless it is higher than known.
            _rate = Math.Max(_rate, rate);
            return;
        }

        _rate = _rate <= 0 || _growing ? rate : (_rate + rate) / 2;
        if (_growing)
        {
            _flat = rate > _best * Growth ? 0 : _flat + 1;
            _best = Math.Max(_best, rate);
            if (_flat < FlatRounds)
                return;
            _growing = false;
            _rate = _best;
        }

        double seconds = Math.Max(1.0, 2 * _shortest);
        _depth = (int)Math.Clamp(Math.Ceiling(_rate * seconds / BlockRange.BlockLength), MinDepth, MaxDepth);
    }
}
