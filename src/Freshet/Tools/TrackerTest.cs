using System.Net;
using System.Net.Sockets;

namespace Freshet;

/// <summary>What a step of a test has shown.</summary>
public enum TrackerVerdict
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>It works, and somebody should look at something.</summary>
    Warned,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>It was not tried.</summary>
    Skipped,
}

/// <summary>A step of a test.</summary>
/// <param name="Name"><c>url</c>, <c>resolve</c>, <c>connect</c>, <c>tls</c>, <c>redirect</c>, <c>announce</c>, <c>scrape</c> or <c>stop</c>.</param>
/// <param name="Verdict">What it has shown.</param>
/// <param name="Elapsed">How long it took; null where that says nothing.</param>
/// <param name="Detail">What was seen, in words for a person, without secrets.</param>
/// <param name="Advice">What to do about it, or null.</param>
public sealed record TrackerTestStep(string Name, TrackerVerdict Verdict, TimeSpan? Elapsed, string Detail, string? Advice = null);

/// <summary>A tracker tested over one address family.</summary>
public sealed record TrackerTestRoute
{
    /// <summary>The family.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>The address that was asked; null where no connection came about.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The steps in their order, up to the one that failed.</summary>
    public required IReadOnlyList<TrackerTestStep> Steps { get; init; }

    /// <summary>When it wants to hear from clients; null without an answer.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How soon they may come again, or null where it has not said.</summary>
    public TimeSpan? MinInterval { get; init; }

    /// <summary>Seeders that it counts, or null.</summary>
    public int? Seeders { get; init; }

    /// <summary>Leechers that it counts, or null.</summary>
    public int? Leechers { get; init; }

    /// <summary>IPv4 peers that it named.</summary>
    public int IPv4Peers { get; init; }

    /// <summary>IPv6 peers that it named.</summary>
    public int IPv6Peers { get; init; }

    /// <summary>Our address as the tracker sees it (BEP 24), or null where it has not said.</summary>
    public IPAddress? ExternalAddress { get; init; }
}

/// <summary>What a test of a tracker has shown.</summary>
public sealed record TrackerTest
{
    /// <summary>The tracker, secrets redacted.</summary>
    public required string Url { get; init; }

    /// <summary><c>http</c>, <c>https</c> or <c>udp</c>; <c>-</c> where the URL is none.</summary>
    public required string Protocol { get; init; }

    /// <summary>What comes before any family: the URL and the look-up of its name.</summary>
    public required IReadOnlyList<TrackerTestStep> Steps { get; init; }

    /// <summary>Each address family that the name has.</summary>
    public IReadOnlyList<TrackerTestRoute> Routes { get; init; } = [];

    /// <summary>Whether the tracker answers over some family.</summary>
    public bool IsWorking => Routes.Any(route => route.Steps.Any(step => step is { Name: "announce", Verdict: not TrackerVerdict.Failed }));
}
