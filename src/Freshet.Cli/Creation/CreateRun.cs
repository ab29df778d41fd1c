using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Creation;

/// <summary>A <c>freshet create</c> from its path to the torrent file.</summary>
internal sealed class CreateRun(CreateRequest request, CommandContext context)
{
    // More would push the result off the screen.
    private const int MostSkippedShown = 10;

    private int _junk;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Path));
        string output = Path.GetFullPath(request.Output ?? (request.Options.Name ?? Path.GetFileName(path)) + ".torrent");

        // Before an hour of hashing, not after it.
        if (Directory.Exists(output))
            throw new CommandFailure(ExitCode.Storage, $"{output} is a folder: name the torrent file with -o.", TroubleCodes.PathBlocked);
        if (Path.GetDirectoryName(output) is { } folder && !Directory.Exists(folder))
            throw new CommandFailure(ExitCode.Storage, $"There is no folder {folder} for the torrent file: make it, or name another file with -o.", TroubleCodes.FileMissing);
        if (!request.Force && Path.Exists(output))
            throw new CommandFailure(ExitCode.Conflict, $"{output} is there already: name another file with -o, or replace it with --force.", TroubleCodes.FileExists);
        if (request.Options is { IsPrivate: true, Trackers.Count: 0 })
            context.Warn("a private torrent without a tracker finds no peers: name one with --tracker.");

        var meter = new WorkMeter(context, "hashing");
        CreatedTorrent created;
        try
        {
            CreateOptions options = request.Options with { Select = inside => Takes(inside, path, output) };
            created = await TorrentBuilder.CreateAsync(path, options, new CreateMeter(meter), stop.Token);
            stop.Token.ThrowIfCancellationRequested();
            await created.SaveAsync(output, request.Force, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new CommandFailure(ExitCode.Unfinished, "stopped: no torrent was written.");
        }
        finally
        {
            meter.Clear();
        }

        TellSkipped(created.Skipped);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, created, output));
        else
            WriteText(created, output);
        return ExitCode.Ok;
    }

    private bool Takes(string inside, string path, string output)
    {
        // A torrent file is no part of its own content.
        if (Path.GetFullPath(Path.Combine(path, inside)) == output || !request.Takes(inside))
            return false;
        if (request.KeepJunk || !TorrentBuilder.IsJunk(inside))
            return true;
        _junk++;
        return false;
    }

    private void TellSkipped(IReadOnlyList<SkippedContent> skipped)
    {
        foreach (SkippedContent one in skipped.Take(MostSkippedShown))
            context.Warn($"left out {one.Path}: {one.Reason}");
        if (skipped.Count > MostSkippedShown)
            context.Warn($"and {skipped.Count - MostSkippedShown} more were left out");
    }

    private void WriteText(CreatedTorrent created, string output)
    {
        Metainfo metainfo = created.Metainfo;
        PieceLayout layout = metainfo.Layout;
        FileEntry[] files = [.. layout.Files.Where(file => file.IsStored)];
        long size = files.Sum(file => file.Length);
        double rate = size / Math.Max(created.Elapsed.TotalSeconds, 0.001);
        context.Say($"{TerminalText.Escape(metainfo.Name)}: {Amounts.Bytes(size)} in {Amounts.Count(files.Length, "file")}, "
            + $"{Amounts.Count(layout.PieceCount, "piece")} of {Amounts.Bytes(layout.PieceLength)}, hashed in {Amounts.Elapsed(created.Elapsed)} ({Amounts.Rate(rate)})");
        if (_junk > 0)
            context.Say($"left out {Amounts.Count(_junk, "file")} that systems leave behind (--keep-junk takes them)");
        foreach (string warning in metainfo.Warnings)
            context.Warn(warning);
        context.Say($"torrent    {TerminalText.Escape(output)}");
        if (metainfo.Hashes.V1 is { } v1)
            context.Say($"info-hash  {v1}");
        if (metainfo.Hashes.V2 is { } v2)
            context.Say($"{(metainfo.Hashes.IsHybrid ? "v2" : "info-hash"),-9}  {v2}");
        context.Say(created.Magnet is { } magnet ? $"magnet     {magnet}" : "magnet     none: a private torrent's peers come from its tracker alone");
    }

    private static void WriteJson(Utf8JsonWriter json, CreatedTorrent created, string output)
    {
        Metainfo metainfo = created.Metainfo;
        json.WriteStartObject();
        json.WriteString("torrent", output);
        json.WriteString("name", metainfo.Name);
        json.WriteString("version", VersionText.Of(metainfo.Version));
        json.WriteString("infoHash", metainfo.Hashes.ToString());
        json.WriteString("infoHashV1", metainfo.Hashes.V1?.ToString());
        json.WriteString("infoHashV2", metainfo.Hashes.V2?.ToString());
        json.WriteString("magnet", created.Magnet);
        json.WriteNumber("totalBytes", metainfo.Layout.Files.Where(file => file.IsStored).Sum(file => file.Length));
        json.WriteNumber("files", metainfo.Layout.Files.Count(file => file.IsStored));
        json.WriteNumber("pieceLength", metainfo.Layout.PieceLength);
        json.WriteNumber("pieces", metainfo.Layout.PieceCount);
        json.WriteBoolean("private", metainfo.IsPrivate);
        json.WriteNumber("seconds", Math.Round(created.Elapsed.TotalSeconds, 3));
        json.WriteStartArray("skipped");
        foreach (SkippedContent skipped in created.Skipped)
        {
            json.WriteStartObject();
            json.WriteString("path", skipped.Path);
            json.WriteString("reason", skipped.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (string warning in metainfo.Warnings)
            json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private sealed class CreateMeter(WorkMeter meter) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value) => meter.Show(value.BytesDone, value.BytesTotal);
    }
}
