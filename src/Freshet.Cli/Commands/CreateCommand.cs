using System.CommandLine;
using Freshet.Cli.Creation;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet create</c>: its options, and what each may say. What it does is <see cref="CreateRun"/>.</summary>
internal sealed class CreateCommand(GlobalOptions globals, Streams streams)
{
    private readonly Argument<string> _path = new("PATH") { Description = "The file or folder to make a torrent of" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The torrent file to write; default: the torrent's name and .torrent, in the current folder",
        HelpName = "T",
    };

    private readonly Option<bool> _v1 = new("--v1") { Description = "For BitTorrent v1 alone" };
    private readonly Option<bool> _v2 = new("--v2") { Description = "For BitTorrent v2 alone: clients that know v1 only cannot use it" };
    private readonly Option<bool> _hybrid = new("--hybrid") { Description = "For v1 and v2; the default" };

    // 0: auto. The parser cannot carry a null.
    private readonly Option<int> _pieceLength = new("--piece-length")
    {
        Description = "Bytes of a piece, a power of two from 16KiB to 256MiB; default: auto, about 2000 pieces of at most 16MiB",
        HelpName = "SIZE|auto",
        CustomParser = result => result.Tokens is [{ Value: "auto" }]
            ? 0
            : Parsed(result, "auto or a power of two from 16KiB to 256MiB", (string text, out int length) =>
            {
                bool ok = SizeText.TryParse(text, out long bytes) && PieceLengths.IsAllowed(bytes);
                length = ok ? (int)bytes : 0;
                return ok;
            }),
    };

    private readonly Option<Uri[][]> _trackers = new("--tracker")
    {
        Description = "A tracker's URL; repeated, each in a tier of its own (asked when those before fail); with commas between, several in one tier",
        HelpName = "URL[,URL]",
        CustomParser = result => ParsedAll<Uri[]>(result, "http, https or udp URLs", TryTier),
    };

    private readonly Option<Uri[]> _webSeeds = new("--web-seed")
    {
        Description = "A URL that serves the file, or the folder that the torrent's own lies in; may be repeated",
        HelpName = "URL",
        CustomParser = result => ParsedAll<Uri>(result, "an http or https URL", (string text, out Uri? url)
            => TrackerText.TryParse(text, out url) && url!.Scheme != "udp"),
    };

    private readonly Option<bool> _private = new("--private") { Description = "Peers come from the trackers only" };
    private readonly Option<string?> _source = new("--source") { Description = "The source that a private tracker wants", HelpName = "S" };
    private readonly Option<Sha1Hash[]> _similar = new("--similar")
    {
        Description = "A torrent that shares files with this one, by its v1 info-hash; may be repeated",
        HelpName = "HASH",
        CustomParser = result => ParsedAll<Sha1Hash>(result, "40 hexadecimal digits", static (string text, out Sha1Hash hash) => Sha1Hash.TryParse(text, out hash)),
    };

    private readonly Option<string[]> _collections = new("--collection") { Description = "A collection whose torrents share files; may be repeated", HelpName = "NAME" };

    private readonly Option<string?> _comment = new("--comment") { Description = "A remark for people", HelpName = "C" };
    private readonly Option<string?> _name = new("--name") { Description = "The torrent's name; default: that of the file or folder", HelpName = "N" };
    private readonly Option<string[]> _include = new("--include") { Description = $"Take only what fits ({PathPattern.Help}); may be repeated", HelpName = "GLOB" };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Leave out what fits: files, or folders with all that is in them; may be repeated",
        HelpName = "GLOB",
    };

    private readonly Option<bool> _keepJunk = new("--keep-junk") { Description = "Take .DS_Store, Thumbs.db, desktop.ini and the like too" };
    private readonly Option<bool> _skipHidden = new("--skip-hidden") { Description = "Leave out files and folders that begin with a dot" };

    private readonly Option<string> _createdBy = new("--created-by")
    {
        Description = "The program that made the torrent",
        HelpName = "P",
        DefaultValueFactory = _ => "Freshet/" + VersionCommand.Version,
    };

    private readonly Option<bool> _noCreatedBy = new("--no-created-by") { Description = "Do not say which program made it" };
    private readonly Option<bool> _noDate = new("--no-date") { Description = "Do not say when it was made" };
    private readonly Option<bool> _reproducible = new("--reproducible") { Description = "The same content gives the same bytes: neither date nor program" };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads that hash; default: one a core",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 1, 1024) ?? 0,
    };

    private readonly Option<bool> _force = new("--force") { Description = "Replace a torrent file that is there" };

    public Command Create()
    {
        var command = new Command("create", "Make a torrent of a file or folder, on all cores")
        {
            _path, _output, _v1, _v2, _hybrid, _pieceLength, _trackers, _webSeeds, _private, _source, _similar, _collections, _comment, _name, _include, _exclude, _keepJunk, _skipHidden,
            _createdBy, _noCreatedBy, _noDate, _reproducible, _threads, _force,
        };
        _name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" or "." or ".." }] || (result.Tokens is [{ Value: var text }] && text.IndexOfAny(['/', '\\']) >= 0))
                result.AddError($"--name takes the name of a file or folder, without separators, not '{result.Tokens[0].Value}'.");
        });
        command.Validators.Add(result =>
        {
            if (((Option<bool>[])[_v1, _v2, _hybrid]).Count(option => result.GetValue(option)) > 1)
                result.AddError("--v1, --v2 and --hybrid: a torrent is one of them.");
        });
        command.SetAction((parsed, cancellationToken) => new CreateRun(Read(parsed), globals.Read(parsed, streams)).RunAsync(cancellationToken));
        return command;
    }

    private CreateRequest Read(ParseResult parsed)
    {
        bool reproducible = parsed.GetValue(_reproducible);
        return new CreateRequest
        {
            Path = parsed.GetRequiredValue(_path),
            Output = parsed.GetValue(_output),
            Include = parsed.GetValue(_include) ?? [],
            Exclude = parsed.GetValue(_exclude) ?? [],
            KeepJunk = parsed.GetValue(_keepJunk),
            SkipHidden = parsed.GetValue(_skipHidden),
            Force = parsed.GetValue(_force),
            Options = new CreateOptions
            {
                Version = parsed.GetValue(_v2) ? TorrentVersion.V2 : parsed.GetValue(_v1) ? TorrentVersion.V1 : TorrentVersion.Hybrid,
                Name = parsed.GetValue(_name),
                PieceLength = parsed.GetValue(_pieceLength) is > 0 and int length ? length : null,
                Trackers = parsed.GetValue(_trackers) ?? [],
                WebSeeds = parsed.GetValue(_webSeeds) ?? [],
                IsPrivate = parsed.GetValue(_private),
                Source = parsed.GetValue(_source),
                SimilarTorrents = parsed.GetValue(_similar) ?? [],
                Collections = parsed.GetValue(_collections) ?? [],
                Comment = parsed.GetValue(_comment),
                CreatedBy = reproducible || parsed.GetValue(_noCreatedBy) ? null : parsed.GetValue(_createdBy),
                CreationDate = reproducible || parsed.GetValue(_noDate) ? null : DateTimeOffset.UtcNow,
                Threads = parsed.GetValue(_threads),
            },
        };
    }

    private static bool TryTier(string text, out Uri[]? tier)
    {
        var urls = new List<Uri>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (TrackerText.TryParse(part, out Uri? url))
                urls.Add(url!);
        }

        tier = [.. urls];
        return urls.Count == text.Split(',').Length;
    }
}
