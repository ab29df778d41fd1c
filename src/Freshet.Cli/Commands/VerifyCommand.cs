using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet verify</c>: is what lies on disk what the torrent says?</summary>
internal sealed class VerifyCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _torrent = new("T") { Description = Sources.Help };

    private readonly Argument<string> _path = new("PATH")
    {
        Description = "The folder that the data was downloaded to, or the torrent's own file or folder",
    };

    public Command Create()
    {
        var command = new Command("verify", "Check data on disk against a torrent, on all cores") { _torrent, _path };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        Metainfo metainfo = await Sources.Open(parsed.GetRequiredValue(_torrent), streams).LoadAsync(cancellationToken);
        var meter = new WorkMeter(context, "verifying");
        var progress = new VerifyMeter(meter);
        VerifyReport report = await ContentVerifier.VerifyAsync(metainfo, parsed.GetRequiredValue(_path), progress, cancellationToken);
        meter.Clear();
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, report));
        else
            WriteText(context, report);
        int wholeOnly = report.Files.Count(file => file.IsWholeOnly);
        if (wholeOnly > 0)
            context.Warn($"the torrent lacks the piece layers of {Amounts.Count(wholeOnly, "file")}: nobody can say which of their pieces are wrong, only whether the file is");
        if (report.IsOk)
            return ExitCode.Ok;
        context.Warn(TroubleText.Tag("not all of the data is what the torrent says", TroubleCodes.VerifyFailed));
        return ExitCode.VerifyFailed;
    }

    private static void WriteText(CommandContext context, VerifyReport report)
    {
        foreach (FileVerification file in report.Files)
        {
            string? trouble = file.Verdict switch
            {
                FileVerdict.Missing => "missing",
                FileVerdict.WrongLength => $"has {file.ActualLength.ToString("N0", CultureInfo.InvariantCulture)} bytes, not {file.File.Length.ToString("N0", CultureInfo.InvariantCulture)}; {file.PiecesBad} of {file.Pieces} pieces bad",
                FileVerdict.Damaged when file.IsWholeOnly => "damaged",
                FileVerdict.Damaged => $"{file.PiecesBad} of {Amounts.Count(file.Pieces, "piece")} bad",
                _ => null,
            };
            if (trouble is not null)
                context.Out.WriteLine($"BAD  {TerminalText.Escape(file.File.Path)}: {trouble}");
            else
                context.Say($"ok   {TerminalText.Escape(file.File.Path)}");
        }

        int good = report.Files.Count(file => file.Verdict == FileVerdict.Ok);
        double seconds = Math.Max(report.Elapsed.TotalSeconds, 0.001);
        context.Say($"{good} of {Amounts.Count(report.Files.Count, "file")} and {report.Good.Count} of {Amounts.Count(report.Good.Length, "piece")} right; read {Amounts.Bytes(report.Bytes)} at {Amounts.Rate(report.Bytes / seconds)}");
    }

    private static void WriteJson(Utf8JsonWriter json, VerifyReport report)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", report.IsOk);
        json.WriteNumber("pieces", report.Good.Length);
        json.WriteNumber("piecesGood", report.Good.Count);
        json.WriteNumber("bytes", report.Bytes);
        json.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 3));
        json.WriteStartArray("files");
        foreach (FileVerification file in report.Files)
        {
            json.WriteStartObject();
            json.WriteNumber("index", file.File.Index.Value);
            json.WriteString("path", file.File.Path);
            json.WriteString("verdict", JsonNamingPolicy.CamelCase.ConvertName(file.Verdict.ToString()));
            json.WriteNumber("length", file.File.Length);
            json.WriteNumber("actualLength", file.ActualLength);
            json.WriteNumber("pieces", file.Pieces);
            json.WriteNumber("piecesBad", file.PiecesBad);
            json.WriteBoolean("wholeOnly", file.IsWholeOnly);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private sealed class VerifyMeter(WorkMeter meter) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => meter.Show(value.BytesDone, value.BytesTotal);
    }
}
