using System.Diagnostics;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Feeds;

/// <summary>A <c>freshet publish</c> or <c>freshet follow</c>: a session, what the feed does in it, and how it is shown, until it ends or is interrupted.</summary>
/// <param name="options">The session.</param>
/// <param name="giveUpAfter">How long nothing may come in of what is wanted; null: for ever.</param>
/// <param name="context">How it was called.</param>
internal sealed class FeedRun(ClientOptions options, TimeSpan? giveUpAfter, CommandContext context)
{
    private readonly IDownloadDisplay _display = Displays.Create(context);
    private long _lastProgress = Stopwatch.GetTimestamp();
    private long _lastBytes = -1;
    private int _exitCode;
    private bool _isFetching;

    /// <summary>Runs it.</summary>
    /// <param name="feed">What the feed does; ends by itself where it is for once.</param>
    /// <param name="isForOnce">Whether an interruption is before the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> RunAsync(Func<BitTorrentClient, Action<FeedEvent>, CancellationToken, Task> feed, bool isForOnce, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        using ILoggerFactory? log = Logging.Create(context);
        await _display.RunAsync(async () =>
        {
            BitTorrentClient client;
            try
            {
                client = await BitTorrentClient.StartAsync(options with { LoggerFactory = log }, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                _exitCode = ExitCode.Unfinished;
                return;
            }

            await using var ending = client;
            if (client.StateWarning is { } warning)
                _display.Warn(TroubleText.Tag(warning, TroubleCodes.StateFolder));
            Task telling = TellAsync(client);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            Task showing = ShowAsync(client, end);
            try
            {
                await feed(client, Tell, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                if (_exitCode == ExitCode.Ok && (isForOnce || _isFetching))
                    _exitCode = ExitCode.Unfinished;
                _display.Say("stopping; once more ends at once");
            }
            catch (FreshetException failure)
            {
                _exitCode = ExitCode.For(failure.Error);
                _display.Failed("the feed", _exitCode, failure.Message, failure.Code);
            }

            await end.CancelAsync();
            await showing;
            await client.DisposeAsync();
            await telling;
        });
        _display.Ended(_exitCode);
        return _exitCode;
    }

    private void Tell(FeedEvent happened)
    {
        _isFetching = happened switch
        {
            FeedFound or FeedFetching => true,
            FeedUpdated => false,
            _ => _isFetching,
        };
        _display.Tell(happened);
    }

    private async Task TellAsync(BitTorrentClient client)
    {
        EventDetail detail = context.Json && context.Verbosity > 0 ? EventDetail.All : EventDetail.Notable;
        await foreach (TorrentEvent happened in client.EventsAsync(detail))
            _display.Tell(happened);
    }

    /// <summary>Shows what comes in, and gives up when nothing does. Wakes for nothing where all is here.</summary>
    private async Task ShowAsync(BitTorrentClient client, CancellationTokenSource end)
    {
        var view = new SessionView { Snapshot = client.Snapshot() };
        await using var changes = new ChangeFeed(client, end.Token);
        long lastShown = 0;
        try
        {
            while (true)
            {
                if (await changes.NextAsync(_isFetching ? _display.Interval : null) is { } change)
                    view.Apply(change, client.Snapshot());
                if (Stopwatch.GetElapsedTime(lastShown) >= _display.Interval)
                {
                    lastShown = Stopwatch.GetTimestamp();
                    _display.Update(view);
                    view.Shown();
                }

                if (!GivesUp(view))
                    continue;
                _exitCode = ExitCode.Network;
                context.Warn(TroubleText.Tag($"given up: nothing came in for {Amounts.Duration(giveUpAfter!.Value)}. What is there is saved; run the same command again to go on.", TroubleCodes.GivenUp));
                await end.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private bool GivesUp(SessionView view)
    {
        long bytes = view.Incomplete.Sum(static status => status.Downloaded + status.TakenThisRun);
        if (!_isFetching || bytes != _lastBytes || view.Incomplete.Any(static status => status.State == Abstractions.TorrentState.Checking))
        {
            _lastBytes = bytes;
            _lastProgress = Stopwatch.GetTimestamp();
        }

        return giveUpAfter is { } patience && Stopwatch.GetElapsedTime(_lastProgress) >= patience;
    }
}
