using Freshet.Cli.Parsing;

namespace Freshet.Cli.Creation;

/// <summary>What <c>freshet create</c> was asked to do.</summary>
internal sealed record CreateRequest
{
    /// <summary>The file or folder.</summary>
    public required string Path { get; init; }

    /// <summary>The torrent file, or null for the torrent's name in the current folder.</summary>
    public string? Output { get; init; }

    /// <summary>How the torrent is made, but for which files.</summary>
    public required CreateOptions Options { get; init; }

    /// <summary>Patterns of which one must fit; empty: every file.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of which none may fit.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether what systems leave in folders is taken too.</summary>
    public bool KeepJunk { get; init; }

    /// <summary>Whether what begins with a dot is left out.</summary>
    public bool SkipHidden { get; init; }

    /// <summary>Whether a torrent file that is there may be replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the patterns take a file.</summary>
    public bool Takes(string path)
        => (Include.Count == 0 || Include.Any(pattern => PathPattern.FitsOrHolds(pattern, path)))
            && !Exclude.Any(pattern => PathPattern.FitsOrHolds(pattern, path))
            && !(SkipHidden && path.Split('/').Any(element => element.StartsWith('.')));
}
