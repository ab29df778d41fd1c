namespace Freshet.Tracker.Hosting;

/// <summary>What connections may cost (slow ones above all).</summary>
internal sealed record HttpLimits
{
    /// <summary>Connections that wait for a request or an answer; beyond it the one that has waited longest gives way.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Connections of one source: some announce many torrents at once.</summary>
    public required int MaxPerSource { get; init; }

    /// <summary>For a whole request, however many bytes come meanwhile, and between two of them.</summary>
    public required TimeSpan RequestTimeout { get; init; }
}
