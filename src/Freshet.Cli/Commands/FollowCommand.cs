using System.CommandLine;
using System.Net;
using Freshet.Cli.Download;
using Freshet.Cli.Feeds;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet follow</c>: the newest version of a feed in a folder (BEP 46). What it does is <see cref="FeedFollower"/>.</summary>
internal sealed class FollowCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _feed = new("FEED") { Description = "The feed: its public key (64 hex digits), KEY:SALT, or magnet:?xs=urn:btpk:KEY&s=SALT" };
    private readonly Option<string> _directory = new("--output", "-o") { Description = "The folder that has the newest version", HelpName = "DIR", DefaultValueFactory = static _ => "." };
    private readonly Option<TimeSpan?> _interval = new("--interval") { Description = "Look for a newer version so often; default: 10m", HelpName = "D", CustomParser = static result => ParsedDuration(result) };
    private readonly Option<bool> _once = new("--once") { Description = "End when the newest version is here, or when there is none" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write over files that are in the way and not the feed's" };

    private readonly Option<EndPoint[]> _peers = new("--peer")
    {
        Description = "Try this peer at once; may be repeated",
        HelpName = "HOST:PORT",
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Option<TimeSpan?> _giveUpAfter = new("--give-up-after") { Description = "Give up when nothing came in for so long of a version that is wanted", HelpName = "D", CustomParser = static result => ParsedDuration(result) };
    private readonly SessionOptions _session = new();

    public Command Create()
    {
        var command = new Command("follow", "Keep the newest version of somebody's feed in a folder, and seed it (BEP 46)")
        {
            _feed, _directory, _interval, _once, _overwrite, _peers, _giveUpAfter,
        };
        _session.AddConnectionTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        FeedLink link;
        try
        {
            link = FeedLink.Parse(parsed.GetRequiredValue(_feed));
        }
        catch (FormatException error)
        {
            throw new CommandFailure(ExitCode.Usage, error.Message);
        }

        string directory = parsed.GetRequiredValue(_directory);
        var options = new FeedFollowerOptions
        {
            Directory = directory,
            Once = parsed.GetValue(_once),
            Overwrite = parsed.GetValue(_overwrite),
            Peers = parsed.GetValue(_peers) ?? [],
        };
        if (parsed.GetValue(_interval) is { } interval)
            options = options with { Interval = interval };
        return new FeedRun(_session.ReadConnection(parsed) with { DownloadDirectory = directory }, parsed.GetValue(_giveUpAfter), context).RunAsync(
            (client, tell, stop) => new FeedFollower(client, link, options).RunAsync(tell, stop), options.Once, cancellationToken);
    }
}
