using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Discovery;

/// <summary>
/// When each torrent of a session is looked for and announced in the DHT: every 15 minutes, one after the other at a steady pace, so that a session of thousands makes neither
/// storms nor more than a trickle; those who lack peers at once, and again after a minute, two, four. Costs one timer, and one for each torrent that lacks peers.
/// </summary>
internal sealed class DhtRounds
{
    /// <summary>From one announce of a torrent to the next: nodes keep a peer for 30 minutes, some for 15 (BEP 5 leaves it open).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    /// <summary>
    /// From one torrent to the next: 2,000 torrents take 13 minutes and some 5 KB/s. A session with more announces each more seldom in place of taking more of the line.
    /// </summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a torrent that lacks peers waits after it was looked for; doubled each time nobody new was found, up to <see cref="Interval"/>.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <summary>Torrents that lack peers and are looked for at once: a look-up takes seconds, and some 30 datagrams.</summary>
    public const int MaxUrgent = 8;

    /// <summary>Other torrents that are looked for at once: enough for the pace, and never none, however many lack peers.</summary>
    public const int MaxUnhurried = 4;

    private readonly LinkedList<DhtTurn> _urgent = [];

    // Both by the time when they are due: every torrent waits equally long in each.
    private readonly LinkedList<DhtTurn> _new = [];
    private readonly LinkedList<DhtTurn> _round = [];
    private readonly DeadlineQueue _deadlines;
    private readonly Func<bool> _isReady;
    private readonly Deadline _timer;
    private MonoTime _paceAt;
    private int _underWayUrgent;
    private int _underWayUnhurried;
    private bool _isRunning;

    /// <summary>Starts without torrents.</summary>
    /// <param name="deadlines">What wakes it.</param>
    /// <param name="isReady">Whether anybody can be asked; when that changes, <see cref="Run"/>.</param>
    public DhtRounds(DeadlineQueue deadlines, Func<bool> isReady)
    {
        _deadlines = deadlines;
        _isReady = isReady;
        _timer = new Deadline(deadlines, Run);
    }

    /// <summary>Torrents that take part.</summary>
    public int Count { get; private set; }

    /// <summary>Torrents that are being looked for.</summary>
    public int UnderWay => _underWayUrgent + _underWayUnhurried;

    /// <summary>Takes a torrent in: it is looked for at once where it lacks peers, else when those before it were.</summary>
    public void Enter(DhtTurn turn, MonoTime now)
    {
        if (turn.IsIn)
            return;
        turn.IsIn = true;
        Count++;

        // What is still under way of an earlier time in the rounds goes on.
        if (!turn.IsUnderWay)
            Queue(turn, _new, now);
        if (turn.Member.IsShortOfPeers)
            PeersNeeded(turn, now);
        Run(now);
    }

    /// <summary>Takes a torrent out. What is under way is over with <see cref="Done"/> all the same.</summary>
    public void Leave(DhtTurn turn)
    {
        if (!turn.IsIn)
            return;
        turn.IsIn = false;
        Count--;
        turn.AgainAt?.Clear();
        if (turn.Waiting is null)
            return;
        Unqueue(turn);
        turn.IsUrgent = false;
    }

    /// <summary>A torrent has run out of peers: it is looked for as soon as it may be again.</summary>
    public void PeersNeeded(DhtTurn turn, MonoTime now)
    {
        if (!turn.IsIn || turn.IsUnderWay || turn.IsUrgent)
            return;
        MonoTime from = turn.LookedAt is { } last ? last + WaitOf(turn) : now;
        if (from > now)
            (turn.AgainAt ??= new Deadline(_deadlines, at => Hurry(turn, at))).Set(from);
        else
            Hurry(turn, now);
    }

    /// <summary>A torrent's look-ups are over.</summary>
    public void Done(DhtTurn turn, MonoTime now)
    {
        if (!turn.IsUnderWay)
            return;
        Release(turn);
        turn.InVain = turn.HasFound ? 0 : turn.InVain + 1;
        turn.LookedAt = now;
        if (turn.IsIn)
        {
            Queue(turn, _round, now + Interval);
            if (turn.Member.IsShortOfPeers)
                PeersNeeded(turn, now);
        }

        Run(now);
    }

    /// <summary>A torrent that has left was given up: its look-up counts for nothing.</summary>
    public void GivenUp(DhtTurn turn, MonoTime now)
    {
        if (!turn.IsUnderWay)
            return;
        Release(turn);
        Run(now);
    }

    /// <summary>Begins what is due and has a place.</summary>
    public void Run(MonoTime now)
    {
        // A look-up may end while it is begun: the loop below goes on, in place of one within it for each.
        if (_isRunning)
            return;
        _isRunning = true;
        BeginDue(now);
        _isRunning = false;
    }

    private void BeginDue(MonoTime now)
    {
        if (!_isReady())
        {
            _timer.Clear();
            return;
        }

        while (_underWayUrgent < MaxUrgent && _urgent.First is { } first)
        {
            _underWayUrgent++;
            Begin(first.Value, now);
        }

        while (_underWayUnhurried < MaxUnhurried && _paceAt <= now && Next() is { } next && next.DueAt <= now)
        {
            _paceAt = now + Pace;
            _underWayUnhurried++;
            Begin(next, now);
        }

        // Where there is no place the next Done runs this again.
        if (_underWayUnhurried < MaxUnhurried && Next() is { } later)
            _timer.Set(MonoTime.Max(later.DueAt, _paceAt));
        else
            _timer.Clear();
    }

    private void Release(DhtTurn turn)
    {
        turn.IsUnderWay = false;
        if (turn.IsUrgent)
            _underWayUrgent--;
        else
            _underWayUnhurried--;
        turn.IsUrgent = false;
    }

    private static TimeSpan WaitOf(DhtTurn turn)
    {
        long ticks = Again.Ticks << Math.Min(turn.InVain, 10);
        return ticks < Interval.Ticks ? TimeSpan.FromTicks(ticks) : Interval;
    }

    private void Hurry(DhtTurn turn, MonoTime now)
    {
        if (!turn.IsIn || turn.IsUnderWay || turn.IsUrgent || !turn.Member.IsShortOfPeers)
            return;
        Unqueue(turn);
        turn.IsUrgent = true;
        turn.Waiting = _urgent.AddLast(turn);
        Run(now);
    }

    private void Begin(DhtTurn turn, MonoTime now)
    {
        Unqueue(turn);
        turn.AgainAt?.Clear();
        turn.IsUnderWay = true;
        turn.HasFound = false;
        turn.Member.Look(now);
    }

    private static void Queue(DhtTurn turn, LinkedList<DhtTurn> queue, MonoTime due)
    {
        turn.DueAt = due;
        turn.Waiting = queue.AddLast(turn);
    }

    private static void Unqueue(DhtTurn turn)
    {
        turn.Waiting?.List!.Remove(turn.Waiting);
        turn.Waiting = null;
    }

    private DhtTurn? Next() => (_new.First?.Value, _round.First?.Value) switch
    {
        ({ } one, { } other) => one.DueAt <= other.DueAt ? one : other,
        var (one, other) => one ?? other,
    };
}
