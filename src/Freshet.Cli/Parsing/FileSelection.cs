using System.Globalization;
using Freshet.Core;

namespace Freshet.Cli.Parsing;

/// <summary>
/// The files that <c>--select</c> asks for: by index as <c>--list</c> shows it (<c>3</c>, <c>3-7</c>), or by a pattern with <c>*</c> and <c>?</c> (which match <c>/</c> too,
/// letters of either case) on the whole path, the path under the torrent's folder, or the file's name.
/// </summary>
internal sealed class FileSelection(IReadOnlyList<string> patterns)
{
    public bool IsEverything => patterns.Count == 0;

    /// <summary>A test for the files of a torrent.</summary>
    /// <exception cref="CommandFailure">A pattern fits no file.</exception>
    public Func<FileEntry, bool>? For(Metainfo metainfo)
    {
        if (IsEverything)
            return null;
        var chosen = new HashSet<int>();
        foreach (string pattern in patterns)
        {
            bool any = false;
            foreach (FileEntry file in metainfo.Layout.Files)
            {
                if (file.IsStored && Fits(pattern, file))
                {
                    any = true;
                    chosen.Add(file.Index.Value);
                }
            }

            if (!any)
            {
                throw new CommandFailure(
                    ExitCode.Usage, $"--select {pattern} fits no file of {metainfo.Name}. See its files with: freshet download --list SRC");
            }
        }

        return file => chosen.Contains(file.Index.Value);
    }

    private static bool Fits(string pattern, FileEntry file)
    {
        if (TryRange(pattern, out int first, out int last))
            return file.Index.Value >= first && file.Index.Value <= last;
        int folder = file.Path.IndexOf('/', StringComparison.Ordinal);
        return PathPattern.Fits(pattern, file.Path) || (folder >= 0 && PathPattern.Fits(pattern, file.Path[(folder + 1)..]));
    }

    private static bool TryRange(string text, out int first, out int last)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string low = dash < 0 ? text : text[..dash];
        string high = dash < 0 ? text : text[(dash + 1)..];
        last = 0;
        return int.TryParse(low, NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }
}
