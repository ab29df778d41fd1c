using System.CommandLine;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet seed</c>: gives what is there, until its goals are reached or for ever. What it does is <see cref="DownloadRun"/>.</summary>
internal sealed class SeedCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string[]> _sources = new("T")
    {
        Description = "A torrent file, a folder of torrents, or an http(s) URL; its data is looked for in the folder that --output names. Without any: all that were seeded before",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _download = new("--download") { Description = "Fetch what is missing; without it a torrent that is not complete is an error" };

    private readonly Option<bool> _noLogFile = new("--no-log-file") { Description = "Write no log file" };

    private readonly SessionOptions _session = new();

    public Command Create()
    {
        var command = new Command("seed", "Check data and give it to others, until interrupted or until enough was given") { _sources, _download, _noLogFile };
        _session.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            CommandContext context = globals.Read(parsed, streams);
            DownloadRequest request = Read(parsed);
            if (!parsed.GetValue(_noLogFile))
                context = context with { RotatingLog = RotatingLog.In(request.StateDirectory ?? streams.Folders.State, context.LogFile) };
            return new DownloadRun(request, context).RunAsync(cancellationToken);
        });
        return command;
    }

    private DownloadRequest Read(ParseResult parsed)
        => _session.Read(parsed, parsed.GetValue(_sources) ?? [], new FileSelection([], [])) with
        {
            Seeds = true,
            SeedOnly = !parsed.GetValue(_download),
            Remembers = true,
        };
}
