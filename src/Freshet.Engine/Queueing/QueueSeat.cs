using Freshet.Core;

namespace Freshet.Engine.Queueing;

/// <summary>What a torrent needs a place for.</summary>
public enum QueueKind : byte
{
    /// <summary>Nothing: it is stopped, or does what needs no place.</summary>
    None,

    /// <summary>Its data is to be hashed.</summary>
    Check,

    /// <summary>It has something to fetch.</summary>
    Download,

    /// <summary>It has all that is wanted.</summary>
    Seed,
}

/// <summary>Whoever has a seat in the queue.</summary>
public interface IQueueMember
{
    /// <summary>There is a place for what the seat wants.</summary>
    void Admitted(MonoTime now);

    /// <summary>The place is another's now: what the seat wants has to wait again.</summary>
    void Suspended(MonoTime now);

    /// <summary>The seat has another position.</summary>
    void Moved();
}

/// <summary>A torrent's seat in a <see cref="TorrentQueue"/>, which alone changes it.</summary>
public sealed class QueueSeat
{
    /// <summary>Makes a seat that is in no queue yet.</summary>
    public QueueSeat(IQueueMember member) => Member = member;

    /// <summary>The place in the queue, from 0; -1 outside of any.</summary>
    public int Position { get; internal set; } = -1;

    /// <summary>What it needs a place for.</summary>
    public QueueKind Wants { get; internal set; }

    /// <summary>Whether it has that place.</summary>
    public bool IsAdmitted { get; internal set; }

    /// <summary>Whether it downloads or seeds whatever the limits are.</summary>
    public bool IsForced { get; internal set; }

    /// <summary>Whether it moves next to nothing, and does not count.</summary>
    public bool IsSlow { get; internal set; }

    internal IQueueMember Member { get; }

    /// <summary>Whether it runs beside the limits. A check never does: it is the disk that is scarce then.</summary>
    internal bool IsFree => Wants != QueueKind.Check && (IsForced || (IsAdmitted && IsSlow));
}
