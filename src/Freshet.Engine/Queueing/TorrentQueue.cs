using System.Globalization;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Queueing;

/// <summary>
/// Who of the torrents that want to be active may be. Of those that count, the first in the queue's order run: one that is moved ahead, or comes back to
/// life, takes the place of the last. Whoever is admitted or suspended is told at once; nothing looks through the queue, each change costs O(log n).
/// </summary>
public sealed class TorrentQueue
{
    private static readonly Comparer<QueueSeat> ByPosition = Comparer<QueueSeat>.Create(static (a, b) => a.Position.CompareTo(b.Position));

    private readonly List<QueueSeat> _order = [];
    private readonly Line _checks = new();
    private readonly Line _downloads = new();
    private readonly Line _seeds = new();
    private bool _isSettling;

    /// <summary>Makes an empty queue.</summary>
    public TorrentQueue(QueueLimits limits) => Limits = limits;

    /// <summary>How many may be active.</summary>
    public QueueLimits Limits { get; private set; }

    /// <summary>The torrents in the queue's order, active or not.</summary>
    public IReadOnlyList<QueueSeat> Order => _order;

    /// <summary>Other limits are in force.</summary>
    public void Apply(QueueLimits limits, MonoTime now)
    {
        Limits = limits;
        Settle(now);
    }

    /// <summary>Puts a seat into the queue, at its end or at a place that was remembered.</summary>
    public void Add(QueueSeat seat, int? position = null)
    {
        int at = Math.Clamp(position ?? _order.Count, 0, _order.Count);
        _order.Insert(at, seat);
        Number(at, _order.Count - 1);
    }

    /// <summary>Takes a seat out of the queue.</summary>
    public void Remove(QueueSeat seat, MonoTime now)
    {
        TakeOut(seat);
        seat.Wants = QueueKind.None;
        seat.IsAdmitted = false;
        int at = seat.Position;
        _order.RemoveAt(at);
        seat.Position = -1;
        Number(at, _order.Count - 1);
        Settle(now);
    }

    /// <summary>
    /// A seat wants another place, or none any more. Where there is one the member is told before this returns, unless this is called while another is told.
    /// </summary>
    public void Want(QueueSeat seat, QueueKind kind, MonoTime now)
    {
        if (seat.Wants == kind)
            return;
        TakeOut(seat);
        seat.Wants = kind;
        seat.IsAdmitted = false;
        seat.IsSlow = false;
        PutBack(seat);
        Settle(now);
    }

    /// <summary>A torrent is to run whatever the limits are, or no longer.</summary>
    public void SetForced(QueueSeat seat, bool isForced, MonoTime now) => Change(seat, now, () => seat.IsForced = isForced);

    /// <summary>A torrent that is admitted moves next to nothing, or moves again.</summary>
    public void SetSlow(QueueSeat seat, bool isSlow, MonoTime now)
    {
        if (seat.IsAdmitted && seat.IsSlow != isSlow)
            Change(seat, now, () => seat.IsSlow = isSlow);
    }

    /// <summary>Moves a seat.</summary>
    public void Move(QueueSeat seat, QueueMove move, MonoTime now)
    {
        int from = seat.Position;
        int to = Math.Clamp(
            move switch
            {
                QueueMove.Top => 0,
                QueueMove.Up => from - 1,
                QueueMove.Down => from + 1,
                _ => _order.Count - 1,
            },
            0,
            _order.Count - 1);
        if (to == from)
            return;
        Change(seat, now, () =>
        {
            _order.RemoveAt(from);
            _order.Insert(to, seat);
            Number(Math.Min(from, to), Math.Max(from, to));
        });
    }

    /// <summary>Why a seat has to wait, for people.</summary>
    public string WhyWaiting(QueueSeat seat) => seat.Wants switch
    {
        QueueKind.Check => $"queued: {Of(_checks.Counted.Count, "other torrent is", "other torrents are")} being checked",
        QueueKind.Download when _downloads.Counted.Count >= Limits.Downloads => $"queued: {Of(_downloads.Counted.Count, "download is", "downloads are")} active",
        QueueKind.Seed when _seeds.Counted.Count >= Limits.Seeds => $"queued: {Of(_seeds.Counted.Count, "torrent is", "torrents are")} seeding",
        _ => $"queued: {Of(_downloads.Counted.Count + _seeds.Counted.Count, "torrent is", "torrents are")} active",
    };

    private static string Of(int count, string one, string many) => count.ToString(CultureInfo.InvariantCulture) + " " + (count == 1 ? one : many);

    private static bool IsAhead(QueueSeat? seat, QueueSeat? other) => seat is not null && other is not null && seat.Position < other.Position;

    private Line? LineOf(QueueSeat seat) => seat.Wants switch
    {
        QueueKind.Check => _checks,
        QueueKind.Download => _downloads,
        QueueKind.Seed => _seeds,
        _ => null,
    };

    private void Number(int from, int to)
    {
        for (int i = from; i <= to; i++)
        {
            if (_order[i].Position == i)
                continue;
            _order[i].Position = i;
            _order[i].Member.Moved();
        }
    }

    // What a seat is sorted by, or into, only changes while it is in no line.
    private void Change(QueueSeat seat, MonoTime now, Action change)
    {
        TakeOut(seat);
        change();
        PutBack(seat);
        Settle(now);
    }

    private void TakeOut(QueueSeat seat)
    {
        if (LineOf(seat) is not { } line)
            return;
        line.Waiting.Remove(seat);
        line.Counted.Remove(seat);
        line.Free.Remove(seat);
    }

    private void PutBack(QueueSeat seat)
    {
        if (LineOf(seat) is not { } line)
            return;
        if (!seat.IsAdmitted)
            line.Waiting.Add(seat);
        else if (!seat.IsFree)
            line.Counted.Add(seat);
        if (!seat.IsAdmitted && seat.IsFree)
            line.Free.Add(seat);
    }

    private void Settle(MonoTime now)
    {
        // Whoever is told may want something else at once: the loop outside takes that up.
        if (_isSettling)
            return;
        _isSettling = true;
        while (SettleOne(now))
        {
            // One step at a time, each from a state that is whole.
        }

        _isSettling = false;
    }

    private bool SettleOne(MonoTime now)
    {
        if ((_downloads.Free.Min ?? _seeds.Free.Min) is { } free)
            return Admit(free, now);
        if (!(_checks.Counted.Count >= Limits.Checks) && _checks.Waiting.Min is { } check)
            return Admit(check, now);

        // Too many: the last seed goes before any download does.
        int downloads = _downloads.Counted.Count;
        int seeds = _seeds.Counted.Count;
        int all = downloads + seeds;
        if (all > Limits.Active)
            return Suspend(_seeds.Counted.Max ?? _downloads.Counted.Max!, now);
        if (downloads > Limits.Downloads)
            return Suspend(_downloads.Counted.Max!, now);
        if (seeds > Limits.Seeds)
            return Suspend(_seeds.Counted.Max!, now);
        bool hasRoom = !(all >= Limits.Active);
        if (_downloads.Waiting.Min is { } download)
        {
            bool mayDownload = !(downloads >= Limits.Downloads);
            if (mayDownload && hasRoom)
                return Admit(download, now);
            if (mayDownload && _seeds.Counted.Max is { } last)
                return Suspend(last, now);
            if (IsAhead(download, _downloads.Counted.Max))
                return Suspend(_downloads.Counted.Max!, now);
        }

        if (_seeds.Waiting.Min is { } seed)
        {
            if (hasRoom && !(seeds >= Limits.Seeds))
                return Admit(seed, now);
            if (IsAhead(seed, _seeds.Counted.Max))
                return Suspend(_seeds.Counted.Max!, now);
        }

        return false;
    }

    private bool Admit(QueueSeat seat, MonoTime now)
    {
        TakeOut(seat);
        seat.IsAdmitted = true;
        seat.IsSlow = false;
        PutBack(seat);
        seat.Member.Admitted(now);
        return true;
    }

    private bool Suspend(QueueSeat seat, MonoTime now)
    {
        TakeOut(seat);
        seat.IsAdmitted = false;
        PutBack(seat);
        seat.Member.Suspended(now);
        return true;
    }

    /// <summary>The seats that want one kind of place, in the queue's order.</summary>
    private sealed class Line
    {
        /// <summary>Those that wait.</summary>
        public SortedSet<QueueSeat> Waiting { get; } = new(ByPosition);

        /// <summary>Those that are admitted and count.</summary>
        public SortedSet<QueueSeat> Counted { get; } = new(ByPosition);

        /// <summary>Those that wait although they need not: admitted at the next chance.</summary>
        public SortedSet<QueueSeat> Free { get; } = new(ByPosition);
    }
}
