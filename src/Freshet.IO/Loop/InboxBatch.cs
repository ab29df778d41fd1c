using Freshet.Abstractions;

namespace Freshet.IO.Loop;

/// <summary>Every record up to a ticket is kept, or could not be.</summary>
internal readonly record struct SavedTicket(long Ticket, string? Error);

/// <summary>What came in since the loop last looked.</summary>
internal sealed class InboxBatch
{
    public List<LoopCommand> Commands { get; } = [];

    public List<DiskJob> Jobs { get; } = [];

    public List<HttpFetchResult> Fetches { get; } = [];

    public List<ResolveResult> Names { get; } = [];

    public List<SavedTicket> Saved { get; } = [];

    /// <summary>Whether the loop is wanted for something that lies elsewhere.</summary>
    public bool IsNudged { get; set; }

    public bool IsEmpty => Commands.Count + Jobs.Count + Fetches.Count + Names.Count + Saved.Count == 0 && !IsNudged;

    public void Clear()
    {
        Commands.Clear();
        Jobs.Clear();
        Fetches.Clear();
        Names.Clear();
        Saved.Clear();
        IsNudged = false;
    }
}
