using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>One peer as the choker knows it: what it wants, what it has, and what passed in the last round.</summary>
public sealed class SlotSeeker
{
    private ChokeFigures _atRoundStart;
    private long _sentAtUnchoke;

    internal SlotSeeker(ConnectionId peer, ChokeFigures figures, MonoTime now)
    {
        Peer = peer;
        Figures = _atRoundStart = figures;
        WaitingSince = now;
    }

    /// <summary>The connection.</summary>
    public ConnectionId Peer { get; }

    /// <summary>What it had given and taken at the last look.</summary>
    public ChokeFigures Figures { get; private set; }

    /// <summary>Whether it wants something of us.</summary>
    public bool IsInterested { get; internal set; }

    /// <summary>Whether it may download from us.</summary>
    public bool IsUnchoked { get; private set; }

    /// <summary>Whether its slot is one of those that go round.</summary>
    public bool IsOptimistic { get; internal set; }

    /// <summary>Whether it has had a slot before.</summary>
    public bool HasBeenServed { get; private set; }

    /// <summary>Since when it has had its slot; without meaning while it has none.</summary>
    public MonoTime UnchokedAt { get; private set; }

    /// <summary>Since when it has waited for a slot; without meaning while it has one.</summary>
    public MonoTime WaitingSince { get; internal set; }

    /// <summary>Bytes a second that came from it in the last round.</summary>
    public long ReceivedRate { get; private set; }

    /// <summary>Bytes a second that went to it in the last round.</summary>
    public long SentRate { get; private set; }

    /// <summary>The same of the round before.</summary>
    public long SentRateBefore { get; private set; }

    /// <summary>Bytes that went to it since it got its slot.</summary>
    public long SentInTurn => Figures.Sent - _sentAtUnchoke;

    /// <summary>Whether it uses a slot: it has one and wants something.</summary>
    public bool IsServed => IsUnchoked && IsInterested;

    /// <summary>Whether it would use a slot and has none.</summary>
    public bool IsWaiting => IsInterested && !IsUnchoked;

    internal void Unchoke(ChokeFigures figures, MonoTime now)
    {
        IsUnchoked = true;
        HasBeenServed = true;
        UnchokedAt = now;
        Figures = figures;
        _sentAtUnchoke = figures.Sent;
    }

    internal void Choke(MonoTime now)
    {
        IsUnchoked = IsOptimistic = false;
        WaitingSince = now;
    }

    /// <summary>A round is over.</summary>
    internal void EndRound(ChokeFigures figures, TimeSpan length)
    {
        double seconds = Math.Max(length.TotalSeconds, 1);
        Figures = figures;
        ReceivedRate = (long)((figures.Received - _atRoundStart.Received) / seconds);
        SentRateBefore = SentRate;
        SentRate = (long)((figures.Sent - _atRoundStart.Sent) / seconds);
        _atRoundStart = figures;
    }

    /// <summary>A round begins after a time without any.</summary>
    internal void BeginRound(ChokeFigures figures) => Figures = _atRoundStart = figures;
}
