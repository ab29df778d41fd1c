using System.Diagnostics;
using Freshet.Cli.Feeds;
using Freshet.Cli.Output;

namespace Freshet.Cli.Download;

/// <summary>A line a torrent every ten seconds, for pipes, files and plain terminals.</summary>
internal sealed class LineDisplay(CommandContext context) : IDownloadDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    // A log wants to be read.
    private const int MostPeers = 50;

    private IReadOnlyList<TorrentPeers> _peers = [];
    private long _lastLine = Stopwatch.GetTimestamp();

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public Task RunAsync(Func<Task> work) => work();

    public void Added(Torrent torrent)
    {
        TorrentStatus status = torrent.Status();
        string what = status.HasMetadata ? Amounts.Bytes(status.WantedBytes) : "metadata first, then all of it";
        context.Say($"{TerminalText.Escape(status.Name)}: {what} to {TerminalText.Escape(status.Directory)}");
        context.Out.Flush();
    }

    public void Restored(IReadOnlyList<Torrent> torrents, int complete) => Say(StatusText.Restored(torrents.Count, complete));

    public void Update(SessionView view)
    {
        if (Stopwatch.GetElapsedTime(_lastLine) < LineInterval)
            return;
        _lastLine = Stopwatch.GetTimestamp();
        foreach (TorrentStatus status in view.Incomplete)
            context.Say($"{TerminalText.Escape(status.Name)}: {StatusText.Line(status)}");

        foreach (TorrentPeers one in _peers)
        {
            context.Say($"peers of {TerminalText.Escape(one.Torrent.Status().Name)}:");
            foreach (string line in PeerTable.Lines(one.Peers, MostPeers))
                context.Say("  " + line);
        }

        if (StatusText.Seeding(view) is { } seeding && view.Snapshot.UploadRate > 0)
            context.Say(seeding);

        context.Out.Flush();
    }

    public void UpdatePeers(IReadOnlyList<TorrentPeers> torrents) => _peers = torrents;

    public void Tell(TorrentEvent happened)
    {
        if (EventText.Of(happened, context.Verbosity > 0) is { } line && !context.Quiet)
            context.Error.WriteLine("freshet: " + line);
    }

    public void Tell(FeedEvent happened)
    {
        if (happened is FeedTrouble trouble)
            context.Warn(TroubleText.Tag(trouble.Message, trouble.Code));
        else if (FeedText.Of(happened, context.Verbosity > 0) is { } line)
            context.Say(line);
        context.Out.Flush();
    }

    public void Completed(TorrentStatus status, TimeSpan elapsed)
    {
        context.Say(Summary(status, elapsed));
        context.Out.Flush();
    }

    public void Failed(string what, int exitCode, string message, string code) => context.Warn(TroubleText.Tag(message, code));

    public void Warn(string message) => context.Warn(message);

    public void Say(string message) => context.Say(message);

    public void Ended(int exitCode)
    {
        // The exit code says it.
    }

    /// <summary>What a finished torrent amounts to.</summary>
    public static string Summary(TorrentStatus status, TimeSpan elapsed)
    {
        string name = TerminalText.Escape(status.Name);
        string taken = status.TakenThisRun == 0 ? "" : $", {Amounts.Bytes(status.TakenThisRun)} of it taken from other torrents";
        if (status.DownloadedThisRun == 0 && taken.Length > 0)
            return $"{name}: complete, {Amounts.Bytes(status.WantedBytes)} verified{taken}";
        if (status.DownloadedThisRun == 0)
            return $"{name}: complete, all {Amounts.Bytes(status.WantedBytes)} were there already";
        double rate = status.DownloadedThisRun / Math.Max(elapsed.TotalSeconds, 0.001);
        string bad = status.HashFailures > 0 ? $", {Amounts.Count(status.HashFailures, "bad piece")} fetched again" : "";
        return $"{name}: complete, {Amounts.Bytes(status.WantedBytes)} verified, in {Amounts.Elapsed(elapsed)} ({Amounts.Rate(rate)}){taken}{bad}";
    }
}
