using System.CommandLine;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet magnet</c>: the link to a torrent, or to what would be one; below it what a link says and what it leads to.</summary>
internal sealed class MagnetCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _source = new("SRC")
    {
        Description = "A torrent file, an http(s) URL, or - for standard input; or a folder, whose torrent as create makes it is linked to",
    };

    private readonly Argument<string> _link = new("URI") { Description = "A magnet link or an info-hash" };

    public Command Create()
    {
        var parse = new Command("parse", "Show what a magnet link says") { _link };
        parse.SetAction(parsed => Parse(parsed.GetRequiredValue(_link), globals.Read(parsed, streams)));
        var command = new Command("magnet", "Make, read and resolve magnet links") { _source, parse, new MagnetResolveCommand(globals, streams).Create() };
        command.SetAction((parsed, cancellationToken) => MakeAsync(parsed.GetRequiredValue(_source), globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private static int Parse(string text, CommandContext context)
    {
        MagnetLink link = Sources.Link(text);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => MagnetOutput.WriteJson(json, link));
        else
            MagnetOutput.WriteText(context.Out, link);
        foreach (string warning in context.Json ? [] : link.Warnings)
            context.Warn(warning);
        return ExitCode.Ok;
    }

    private async Task<int> MakeAsync(string source, CommandContext context, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(context.Streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        Metainfo metainfo;
        try
        {
            metainfo = Directory.Exists(source) ? await HashAsync(source, context, stop.Token) : await Sources.Open(source, streams).LoadAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new CommandFailure(ExitCode.Unfinished, "stopped: there is no link.");
        }

        if (MagnetLink.Of(metainfo) is not { } link)
            throw new CommandFailure(ExitCode.Usage, $"{metainfo.Name} is private: its peers come from its tracker alone, and a link would give its passkey away.");
        Write(link.ToString(), context);
        return ExitCode.Ok;
    }

    private static void Write(string link, CommandContext context)
    {
        if (!context.Json)
        {
            context.Out.WriteLine(link);
            return;
        }

        JsonText.WriteDocument(context.Out, json =>
        {
            json.WriteStartObject();
            json.WriteString("magnet", link);
            json.WriteEndObject();
        });
    }

    private static async Task<Metainfo> HashAsync(string folder, CommandContext context, CancellationToken stop)
    {
        var meter = new WorkMeter(context, "hashing");
        try
        {
            return (await TorrentBuilder.CreateAsync(folder, new CreateOptions { Select = static path => !TorrentBuilder.IsJunk(path) }, new Meter(meter), stop)).Metainfo;
        }
        finally
        {
            meter.Clear();
        }
    }

    private sealed class Meter(WorkMeter meter) : IProgress<CreateProgress>
    {
        public void Report(CreateProgress value) => meter.Show(value.BytesDone, value.BytesTotal);
    }
}
