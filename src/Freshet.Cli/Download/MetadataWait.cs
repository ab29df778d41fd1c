using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Download;

/// <summary>Waits for the metadata of a link in a session of its own, and shows how far it is.</summary>
internal sealed class MetadataWait(CommandContext context)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProgressLine _line = new(context);

    /// <summary>Waits until the metadata is known.</summary>
    /// <exception cref="CommandFailure">It was given up, by the caller or after a time.</exception>
    /// <exception cref="FreshetException">The metadata cannot be used, or the session cannot start.</exception>
    public async Task<Metainfo> RunAsync(ClientOptions options, MagnetLink link, AddOptions adding, TimeSpan? patience, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        try
        {
            await using BitTorrentClient client = await BitTorrentClient.StartAsync(options, stop.Token);
            if (patience is { } time)
                late.CancelAfter(time);
            Task<Metainfo> resolving = client.ResolveAsync(TorrentSource.FromMagnet(link), adding, late.Token);
            while (await Task.WhenAny(resolving, Task.Delay(LookInterval, CancellationToken.None)) != resolving)
            {
                if (client.Snapshot().Torrents is [TorrentStatus status, ..])
                    _line.Show($"{TerminalText.Escape(status.Name)}: {StatusText.Metadata(status)}");
            }

            return await resolving;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new CommandFailure(ExitCode.Unfinished, "stopped: the metadata is not known yet.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new CommandFailure(
                ExitCode.Network,
                $"given up: no peer gave the metadata of {link.DisplayName} in {Amounts.Duration(patience!.Value)}. Name peers with --peer or trackers with --tracker, or try later.",
                TroubleCodes.MetadataUnknown);
        }
        finally
        {
            _line.Clear();
        }
    }
}
