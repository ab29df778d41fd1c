using System.IO.Enumeration;

namespace Freshet.Cli.Parsing;

/// <summary>
/// Patterns for paths, as every verb takes them: <c>*</c> and <c>?</c> match <c>/</c> too, letters of either case; on the whole path or on the name alone.
/// </summary>
internal static class PathPattern
{
    public const string Help = "* and ? match / too";

    /// <summary>Whether a pattern fits a file's path or its name.</summary>
    public static bool Fits(string pattern, string path) => Matches(pattern, path) || Matches(pattern, path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>Whether a pattern fits a file, or a folder that it lies in.</summary>
    public static bool FitsOrHolds(string pattern, string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (Fits(pattern, path[..end]))
                return true;
        }

        return false;
    }

    private static bool Matches(string pattern, string path) => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: true);
}
