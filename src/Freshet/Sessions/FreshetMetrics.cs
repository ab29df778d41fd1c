using System.Diagnostics.Metrics;

namespace Freshet.Sessions;

/// <summary>The meter <c>Freshet</c>: sums over all sessions of the process.</summary>
internal static class FreshetMetrics
{
    public static Meter Meter { get; } = new("Freshet", "1");

    public static Counter<long> Received { get; } =
        Meter.CreateCounter<long>("freshet.payload.received", "By", "Payload bytes received from peers, good or not");

    public static Counter<long> Sent { get; } = Meter.CreateCounter<long>("freshet.payload.sent", "By", "Payload bytes sent to peers");

    public static Counter<long> Pieces { get; } = Meter.CreateCounter<long>("freshet.pieces.completed", "{piece}", "Pieces verified and stored");

    public static Counter<long> HashFailures { get; } =
        Meter.CreateCounter<long>("freshet.pieces.failed", "{piece}", "Pieces that had a wrong hash");

    public static Counter<long> Bans { get; } = Meter.CreateCounter<long>("freshet.peers.banned", "{peer}", "Peers banned for wrong data");

    public static Counter<long> Announces { get; } = Meter.CreateCounter<long>("freshet.announces", "{announce}", "Announces by outcome (tag ok)");

    public static UpDownCounter<long> Peers { get; } = Meter.CreateUpDownCounter<long>("freshet.peers", "{peer}", "Connected peers");

    public static UpDownCounter<long> Torrents { get; } = Meter.CreateUpDownCounter<long>("freshet.torrents", "{torrent}", "Torrents in sessions");
}
