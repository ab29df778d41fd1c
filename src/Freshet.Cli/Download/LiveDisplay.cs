using Freshet.Cli.Feeds;
using Freshet.Cli.Output;
using Freshet.Core;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Freshet.Cli.Download;

/// <summary>A terminal: two calm lines a torrent that are redrawn in place, and above them what happened.</summary>
internal sealed class LiveDisplay : IDownloadDisplay
{
    // As many as leave room for the torrents on a usual terminal.
    private const int MostPeers = 15;

    // More lines than any terminal shows.
    private const int MostPanels = 200;

    private readonly CommandContext _context;
    private readonly IAnsiConsole _console;
    private readonly Lock _gate = new();
    private IReadOnlyList<TorrentPeers> _peers = [];
    private LiveDisplayContext? _live;

    public LiveDisplay(CommandContext context, IAnsiConsole? console = null)
    {
        _context = context;
        _console = console ?? AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Out),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
    }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    public Task RunAsync(Func<Task> work) => _console.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
    {
        _live = live;
        try
        {
            await work();
        }
        finally
        {
            lock (_gate)
            {
                _live = null;
                live.UpdateTarget(new Text(""));
            }
        }
    });

    public void Added(Torrent torrent)
    {
        // Its panel says it.
    }

    public void Restored(IReadOnlyList<Torrent> torrents, int complete) => Say(StatusText.Restored(torrents.Count, complete));

    public void Update(SessionView view)
    {
        var rows = new List<IRenderable>();
        foreach (TorrentStatus status in view.Incomplete.Take(MostPanels))
        {
            rows.Add(new TorrentPanel(status));
            rows.AddRange(PeersOf(status.Id));
        }

        foreach (TorrentPeers one in _peers.Where(one => one.Peers.Count > 0 && view.Snapshot.Find(one.Torrent.Id) is { IsComplete: true }))
            rows.AddRange(PeersOf(one.Torrent.Id).Prepend(new Text($"peers of {TerminalText.Escape(one.Torrent.Status().Name)}")));
        if (StatusText.Seeding(view) is { } seeding)
            rows.Add(new Text(seeding));
        if (view.Incomplete.Count > 1)
            rows.Add(new Text($"in all {Amounts.Rate(view.Snapshot.DownloadRate)}, {Amounts.Count(view.Snapshot.Peers, "peer")}"));
        lock (_gate)
            _live?.UpdateTarget(new Rows(rows));
    }

    public void UpdatePeers(IReadOnlyList<TorrentPeers> torrents) => _peers = torrents;

    public void Tell(TorrentEvent happened)
    {
        if (EventText.Of(happened, verbose: false) is { } line)
            WriteAbove(line, Color.Yellow);
    }

    public void Tell(FeedEvent happened)
    {
        if (happened is FeedTrouble trouble)
            WriteAbove(TerminalText.Escape(TroubleText.Tag(trouble.Message, trouble.Code)), Color.Yellow);
        else if (FeedText.Of(happened, verbose: false) is { } line)
            WriteAbove(line, happened is FeedUpdated or FeedPublished ? Color.Green : Color.Default);
    }

    public void Completed(TorrentStatus status, TimeSpan elapsed)
        => WriteAbove(LineDisplay.Summary(status, elapsed), Color.Green);

    public void Failed(string what, int exitCode, string message, string code)
    {
        message = TroubleText.Tag(message, code);
        if (_live is null)
            _context.Warn(message);
        else
            WriteAbove(TerminalText.Escape(message), Color.Red);
    }

    public void Warn(string message) => WriteAbove(TerminalText.Escape(message), Color.Yellow);

    public void Say(string message) => WriteAbove(message, Color.Default);

    public void Ended(int exitCode)
    {
        // The exit code says it.
    }

    private IEnumerable<IRenderable> PeersOf(TorrentId torrent)
        => _peers.Where(one => one.Torrent.Id == torrent)
            .SelectMany(one => PeerTable.Lines(one.Peers, MostPeers))
            .Select(line => new Text(TorrentPanel.Fit("  " + line, _console.Profile.Width - TorrentPanel.ForCtrlC), new Style(Color.Grey)));

    private void WriteAbove(string line, Color color)
    {
        lock (_gate)
            _console.Write(new ClearingLines(new Text(line + Environment.NewLine, new Style(color))));
    }
}
