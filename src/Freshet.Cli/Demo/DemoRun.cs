using System.Diagnostics;
using System.Net;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Tracker;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Demo;

/// <summary>
/// <c>freshet demo</c>: a tracker, three seeders of which two are no good, and a real download from them, all in this process and over loopback; then every
/// byte is compared.
/// </summary>
internal sealed class DemoRun(long size, CommandContext context)
{
    /// <summary>Who sent a corrupt block is known once the block has been compared with the right one, a moment after the last piece is there.</summary>
    private static readonly TimeSpan BlameTime = TimeSpan.FromSeconds(5);

    private readonly HashSet<IPEndPoint> _banned = [];
    private readonly TaskCompletionSource _firstBan = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDownloadDisplay _display = Displays.Create(context);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        DirectoryInfo folder = MakeFolder();
        try
        {
            return await RunAsync(folder.FullName, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _display.Ended(ExitCode.Unfinished);
            throw new CommandFailure(ExitCode.Unfinished, "stopped: the demo was not finished, and nothing of it is kept.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static DirectoryInfo MakeFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("freshet-demo-");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string place = Path.GetTempPath();
            throw Directory.Exists(place)
                ? new CommandFailure(ExitCode.Storage, $"The demo cannot write to the folder for temporary files, {place}: {error.Message.TrimEnd('.')}. TMPDIR names another.")
                : new CommandFailure(ExitCode.Storage, $"There is no folder {place} for temporary files. TMPDIR names another.", TroubleCodes.FileMissing);
        }
    }

    private async Task<int> RunAsync(string folder, CancellationToken stop)
    {
        var content = new DemoContent(size);
        using TrackerServer tracker = TrackerServer.Start(new TrackerOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)], Udp = false });
        string url = $"http://{tracker.Endpoints[0]}/announce";
        TorrentSource source = TorrentSource.FromBytes(content.MakeTorrent(url), "the demo's torrent");
        context.Say($"tracker {url}");

        // The slow one alone would take some ten seconds; with the one that leaves it is about half of that.
        long slowRate = Math.Max(size / 10, 256 * 1024);
        SeederBehaviour[] behaviours =
        [
            new("slow seeder", slowRate),
            new("seeder that leaves half-way", slowRate * 2, LeavesAfter: size / 2),
            new("seeder that sends corrupt blocks", slowRate * 2, CorruptsEvery: 4),
        ];
        var seeders = new List<DemoSeeder>();
        try
        {
            foreach (SeederBehaviour behaviour in behaviours)
            {
                DemoSeeder seeder = await DemoSeeder.StartAsync(behaviour, content, source, Path.Combine(folder, $"seeder-{seeders.Count}"), TellThatItLeaves, stop);
                seeders.Add(seeder);
                context.Say($"{seeder.Endpoint}  {behaviour.Title}");
            }

            (TorrentStatus status, TimeSpan elapsed) = await DownloadAsync(source, folder, stop);
            bool equal = content.Equals(Path.Combine(folder, DemoContent.Name));
            return Judge(status, elapsed, equal, seeders);
        }
        finally
        {
            foreach (DemoSeeder seeder in seeders)
                await seeder.DisposeAsync();
        }
    }

    private void TellThatItLeaves(DemoSeeder seeder) => _display.Say($"the seeder at {seeder.Endpoint} has left");

    private async Task<(TorrentStatus Status, TimeSpan Elapsed)> DownloadAsync(TorrentSource source, string folder, CancellationToken stop)
    {
        using ILoggerFactory? log = Logging.Create(context);
        TorrentStatus? status = null;
        long started = Stopwatch.GetTimestamp();
        await _display.RunAsync(async () =>
        {
            BitTorrentClient client = await BitTorrentClient.StartAsync(
                new ClientOptions
                {
                    DownloadDirectory = folder,
                    StateDirectory = Path.Combine(folder, "state"),
                    BindAddress = IPAddress.Loopback,
                    LoggerFactory = log,
                },
                stop);
            await using var ending = client;
            Task telling = TellAsync(client);
            Torrent torrent = (await client.AddAsync(source, cancellationToken: stop)).Torrent;
            _display.Added(torrent);
            Task<TorrentStatus> completion = torrent.WaitAsync(TorrentCondition.Complete, stop);
            var view = new SessionView { Snapshot = client.Snapshot() };
            while (await Task.WhenAny(completion, Task.Delay(_display.Interval, stop)) != completion)
            {
                stop.ThrowIfCancellationRequested();
                SessionSnapshot snapshot = client.Snapshot();
                if (snapshot.Sequence == view.Snapshot.Sequence)
                    continue;
                view.Apply(new ChangeSet(snapshot.Sequence, IsFull: true, snapshot.Torrents, []), snapshot);
                _display.Update(view);
                view.Shown();
            }

            status = await completion;
            _display.Completed(status, Stopwatch.GetElapsedTime(started));
            if (status.HashFailures > 0)
                await Task.WhenAny(_firstBan.Task, Task.Delay(BlameTime, stop));
            await client.DisposeAsync();
            await telling;
        });
        return (status!, Stopwatch.GetElapsedTime(started));
    }

    private async Task TellAsync(BitTorrentClient client)
    {
        await foreach (TorrentEvent happened in client.EventsAsync(EventDetail.Notable))
        {
            if (happened is PeerBanned banned)
            {
                _banned.Add(banned.Endpoint);
                _firstBan.TrySetResult();
            }

            _display.Tell(happened);
        }
    }

    private int Judge(TorrentStatus status, TimeSpan elapsed, bool equal, IEnumerable<DemoSeeder> seeders)
    {
        foreach (DemoSeeder seeder in seeders.Where(seeder => _banned.Contains(seeder.Endpoint)))
            context.Say($"banned: {seeder.Endpoint}, the {seeder.Behaviour.Title}");
        string verdict = equal
            ? $"all {Amounts.Bytes(size)} compared: every byte is right"
            : "the downloaded bytes are NOT what was seeded";
        context.Say($"{verdict} ({Amounts.Elapsed(elapsed)}, {Amounts.Count(status.HashFailures, "corrupt piece")} caught)");
        int exitCode = equal ? ExitCode.Ok : ExitCode.VerifyFailed;
        _display.Ended(exitCode);
        return exitCode;
    }
}
