using System.CommandLine;
using System.Net;
using Freshet.Cli.Dht;
using Freshet.Cli.Download;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Cli.Settings;
using Freshet.Core;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet magnet resolve</c>: the torrent file that a link leads to, from its peers; nothing of what it describes.</summary>
internal sealed class MagnetResolveCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _link = new("URI") { Description = "A magnet link or an info-hash" };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "The torrent file to write; without it what is in it is shown", HelpName = "FILE" };

    private readonly Option<bool> _force = new("--force") { Description = "Replace the torrent file where it is there" };

    private readonly Option<EndPoint[]> _peers = new("--peer")
    {
        Description = "Ask this peer at once; may be repeated",
        HelpName = "HOST:PORT",
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Option<Uri[]> _trackers = new("--tracker")
    {
        Description = "Announce to this tracker too (http, https or udp); may be repeated",
        HelpName = "URL",
        CustomParser = result => ParsedAll<Uri>(result, "an http, https or udp URL", TrackerText.TryParse),
    };

    private readonly Option<IPAddress?> _bind = new("--bind")
    {
        Description = "Use only this local address, for everything",
        HelpName = "ADDR",
        CustomParser = result => Parsed(result, "an IP address", (string text, out IPAddress? address) => IPAddress.TryParse(text, out address)),
    };

    private readonly Setting<bool> _noDht = new("--no-dht") { Description = "Ask trackers and named peers alone, not the DHT" };
    private readonly Setting<EndPoint[]?> _dhtRouters = DhtFlags.Routers();

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = $"Give up after so long, {DurationText.Help}; without it, never",
        HelpName = "D",
        CustomParser = result => Parsed(result, "a duration " + DurationText.Help, (string text, out TimeSpan? duration) =>
        {
            bool ok = DurationText.TryParse(text, out TimeSpan parsed) && parsed > TimeSpan.Zero;
            duration = parsed;
            return ok;
        }),
    };

    private readonly Option<string?> _state = new("--state-dir") { Description = "Where what was found is remembered", HelpName = "DIR" };

    public Command Create()
    {
        var command = new Command("resolve", "Fetch the torrent file that a magnet link leads to") { _link, _output, _force, _peers, _trackers, _bind, _noDht, _dhtRouters, _timeout, _state };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        MagnetLink link = Sources.Link(parsed.GetRequiredValue(_link));
        string? output = parsed.GetValue(_output) is { } path ? Path.GetFullPath(path) : null;
        bool force = parsed.GetValue(_force);
        if (output is not null && !force && Path.Exists(output))
            throw new CommandFailure(ExitCode.Conflict, $"{output} is there already: name another file with -o, or replace it with --force.", TroubleCodes.FileExists);
        var options = new ClientOptions
        {
            BindAddress = parsed.GetValue(_bind),
            StateDirectory = parsed.GetValue(_state),
            Dht = new DhtOptions { IsOn = !parsed.GetValue(_noDht), Routers = parsed.GetValue(_dhtRouters) ?? DhtOptions.WellKnownRouters },
        };
        var adding = new AddOptions { Peers = parsed.GetValue(_peers) ?? [], Trackers = parsed.GetValue(_trackers) ?? [], PieceLayers = output is not null };
        Metainfo metainfo = await new MetadataWait(context).RunAsync(options, link, adding, parsed.GetValue(_timeout), cancellationToken);
        if (output is not null)
        {
            await File.WriteAllBytesAsync(output, metainfo.FileBytes.ToArray(), cancellationToken);
            context.Say($"{TerminalText.Escape(metainfo.Name)}: {Amounts.Bytes(metainfo.FileBytes.Length)} written to {TerminalText.Escape(output)}");
            if (!metainfo.HasAllPieceLayers)
                context.Warn("nobody gave the piece layers of its v2 side: some programs cannot use the file. Name peers of the v2 swarm with --peer, or try again later.");
        }

        var sections = new MetainfoSections(Files: true, Trackers: false, Pieces: false, Roots: false);
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => MetainfoJson.Write(json, metainfo, sections));
        else if (output is null)
            MetainfoText.Write(context.Out, metainfo, sections);
        return ExitCode.Ok;
    }
}
