using System.Diagnostics;
using System.Net;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Demo;

/// <summary>
/// <c>freshet demo</c>: a tracker, three seeders of which two are no good, and a real download from them, all in this process and over loopback; then every
/// byte is compared.
/// </summary>
internal sealed class DemoRun(long size, CommandContext context)
{
    private readonly HashSet<IPEndPoint> _banned = [];
    private readonly IDownloadDisplay _display = Displays.Create(context);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("freshet-demo-");
        try
        {
            return await RunAsync(folder.FullName, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder, CancellationToken stop)
    {
        var content = new DemoContent(size);
        await using var tracker = new DemoTracker();
        TorrentSource source = TorrentSource.FromBytes(content.MakeTorrent(tracker.Url), "the demo's torrent");
        Metainfo metainfo = await source.LoadAsync(stop);

        // The slow one alone would take some ten seconds; with the one that leaves it is about half of that.
        long slowRate = Math.Max(size / 10, 256 * 1024);
        await using var slow = new DemoSeeder(new SeederBehaviour("slow seeder", slowRate), content, metainfo);
        await using var corrupt = new DemoSeeder(
            new SeederBehaviour("seeder that sends corrupt blocks", slowRate * 2, CorruptsEvery: 4), content, metainfo);
        DemoSeeder? leaver = null;
        await using var leaving = leaver = new DemoSeeder(
            new SeederBehaviour("seeder that leaves half-way", slowRate * 2, LeavesAfter: size / 2), content, metainfo)
        {
            Left = () =>
            {
                tracker.Remove(leaver!.Endpoint);
                _display.Say($"the seeder at {leaver.Endpoint} has left");
            },
        };
        DemoSeeder[] seeders = [slow, leaving, corrupt];
        context.Say($"tracker {tracker.Url}");
        foreach (DemoSeeder seeder in seeders)
        {
            tracker.Add(seeder.Endpoint);
            context.Say($"{seeder.Endpoint}  {seeder.Behaviour.Title}");
        }

        (TorrentStatus status, TimeSpan elapsed) = await DownloadAsync(source, folder, stop);
        bool equal = content.Equals(Path.Combine(folder, DemoContent.Name));
        return Judge(status, elapsed, equal, seeders);
    }

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
            while (await Task.WhenAny(completion, Task.Delay(_display.Interval, stop)) != completion)
            {
                stop.ThrowIfCancellationRequested();
                _display.Update(client.Snapshot());
            }

            status = await completion;
            _display.Completed(status, Stopwatch.GetElapsedTime(started));
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
                _banned.Add(banned.Endpoint);
            _display.Tell(happened);
        }
    }

    private int Judge(TorrentStatus status, TimeSpan elapsed, bool equal, DemoSeeder[] seeders)
    {
        foreach (DemoSeeder seeder in seeders.Where(seeder => _banned.Contains(seeder.Endpoint)))
            context.Say($"banned: {seeder.Endpoint}, the {seeder.Behaviour.Title}");
        string verdict = equal
            ? $"all {Amounts.Bytes(size)} compared: every byte is right"
            : "the downloaded bytes are NOT what was seeded";
        context.Say($"{verdict} ({Amounts.Duration(elapsed)}, {Amounts.Count(status.HashFailures, "corrupt piece")} caught)");
        int exitCode = equal ? ExitCode.Ok : ExitCode.VerifyFailed;
        _display.Ended(exitCode);
        return exitCode;
    }
}
