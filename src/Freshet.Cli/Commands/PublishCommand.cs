using System.CommandLine;
using System.Text;
using Freshet.Cli.Download;
using Freshet.Cli.Feeds;
using Freshet.Cli.Output;
using Freshet.Core;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet publish</c>: a feed of a folder (BEP 46). What it does is <see cref="FeedPublisher"/>.</summary>
internal sealed class PublishCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _path = new("PATH") { Description = "The file or folder to publish; it is seeded from where it lies" };

    private readonly Option<FileInfo> _key = new("--key")
    {
        Description = "The private key that names the feed (64 hex digits), for its owner alone to read; made where there is none",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _salt = new("--salt") { Description = "What tells apart the feeds of one key, at most 64 bytes", HelpName = "S" };
    private readonly Option<TimeSpan?> _watch = new("--watch") { Description = "Look so often whether the content has changed, and publish it when it has; by default each run publishes once", HelpName = "D", CustomParser = static result => ParsedDuration(result) };
    private readonly Option<TimeSpan?> _putEvery = new("--put-every") { Description = "Put the feed's item again so often; nodes forget it after two hours. Default: 1h", HelpName = "D", CustomParser = static result => ParsedDuration(result) };
    private readonly Option<bool> _v1 = new("--v1") { Description = "Make torrents of BitTorrent v1 alone; by default hybrids" };
    private readonly SessionOptions _session = new();

    public Command Create()
    {
        var command = new Command("publish", "Publish a folder as a feed that others follow by your public key (BEP 46)") { _path, _key, _salt, _watch, _putEvery, _v1 };
        _session.AddConnectionTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        byte[] salt = Encoding.UTF8.GetBytes(parsed.GetValue(_salt) ?? "");
        if (salt.Length > FeedLink.MaxSalt)
            throw new CommandFailure(ExitCode.Usage, $"--salt takes at most {FeedLink.MaxSalt} bytes.");
        string path = parsed.GetRequiredValue(_path);
        if (!Path.Exists(path))
            throw new CommandFailure(ExitCode.SourceUnreadable, $"there is no file or folder {path}.", TroubleCodes.SourceUnreadable);
        SigningKey key = await SigningKey.LoadOrCreateAsync(parsed.GetRequiredValue(_key).FullName, cancellationToken);
        var options = new FeedPublisherOptions
        {
            Salt = salt,
            WatchInterval = parsed.GetValue(_watch),
            Create = new CreateOptions { Version = parsed.GetValue(_v1) ? TorrentVersion.V1 : TorrentVersion.Hybrid },
        };
        if (parsed.GetValue(_putEvery) is { } interval)
            options = options with { RefreshInterval = interval };
        WriteLink(context, new FeedLink(key.PublicKey, salt));
        return await new FeedRun(_session.ReadConnection(parsed), giveUpAfter: null, context).RunAsync(
            (client, tell, stop) => new FeedPublisher(client, key, options).RunAsync(path, tell, stop), isForOnce: false, cancellationToken);
    }

    private static void WriteLink(CommandContext context, FeedLink link)
    {
        if (!context.Json)
        {
            context.Say($"feed: {link}");
            return;
        }

        JsonText.WriteLine(context.Out, json =>
        {
            json.WriteStartObject();
            json.WriteString("event", "feed");
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
            json.WriteString("link", link.ToString());
            json.WriteString("publicKey", Convert.ToHexStringLower(link.PublicKey.Span));
            json.WriteString("saltHex", Convert.ToHexStringLower(link.Salt.Span));
            json.WriteEndObject();
        });
    }
}
