using System.CommandLine;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet info</c>: what a torrent file says, and what is odd about it.</summary>
internal sealed class InfoCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _source = new("SRC") { Description = Sources.Help };
    private readonly Option<bool> _files = new("--files") { Description = "List the files; with -v the roots of their trees too" };
    private readonly Option<bool> _trackers = new("--trackers") { Description = "List the trackers, tier by tier (passkeys hidden)" };
    private readonly Option<bool> _pieces = new("--pieces") { Description = "List the hash of every piece" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Show the file's bencoded structure as it stands (passkeys hidden)" };

    public Command Create()
    {
        var command = new Command("info", "Show what a torrent file says") { _source, _files, _trackers, _pieces, _raw };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        TorrentSource source = Sources.Open(parsed.GetRequiredValue(_source), streams);
        ReadOnlyMemory<byte> bytes = await source.ReadAsync(cancellationToken);
        if (parsed.GetValue(_raw))
        {
            RawStructure.Write(context, bytes.Span, source.Description);
            return ExitCode.Ok;
        }

        Metainfo metainfo = await TorrentSource.FromBytes(bytes, source.Description).LoadAsync(cancellationToken);
        var sections = new MetainfoSections(parsed.GetValue(_files), parsed.GetValue(_trackers), parsed.GetValue(_pieces), context.Verbosity > 0);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => MetainfoJson.Write(json, metainfo, sections));
        else
            MetainfoText.Write(context.Out, metainfo, sections);
        return ExitCode.Ok;
    }
}
