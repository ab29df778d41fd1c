using System.CommandLine;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet download</c>: its options beside those of every session. What it does is <see cref="DownloadRun"/>.</summary>
internal sealed class DownloadCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string[]> _sources = new("SRC")
    {
        Description = "A torrent file, a folder of torrents, an http(s) URL, a magnet link, an info-hash, or - for standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _select = new("--select")
    {
        Description = "Fetch only these files: an index or a range as --list shows them, or a pattern with * and ?; may be repeated",
        HelpName = "GLOB|INDEX",
    };

    private readonly Option<FilePriorityRule[]> _priorities = new("--priority")
    {
        Description = "Want these files more or less: an index, a range or a pattern as for --select, then =low, =normal, =high or =skip; may be repeated, the last that fits counts",
        HelpName = "GLOB=LEVEL",
        CustomParser = result => ParsedAll<FilePriorityRule>(result, "GLOB=low, GLOB=normal, GLOB=high or GLOB=skip", FilePriorityRule.TryParse),
    };

    private readonly Option<bool> _list = new("--list") { Description = "List the files and end" };

    private readonly SessionOptions _session = new();

    public Command Create()
    {
        var command = new Command("download", "Download torrents; what is there already is checked and used") { _sources, _select, _priorities, _list };
        _session.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
            new DownloadRun(Read(parsed), globals.Read(parsed, streams)).RunAsync(cancellationToken));
        return command;
    }

    private DownloadRequest Read(ParseResult parsed)
        => _session.Read(parsed, parsed.GetRequiredValue(_sources), new FileSelection(parsed.GetValue(_select) ?? [], parsed.GetValue(_priorities) ?? [])) with { List = parsed.GetValue(_list) };
}
