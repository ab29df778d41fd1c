using System.Globalization;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Cli.Parsing;

/// <summary>
/// The files that <c>--select</c> and <c>--priority</c> ask for: by index as <c>--list</c> shows it (<c>3</c>, <c>3-7</c>), or by a pattern with <c>*</c> and <c>?</c> (which match <c>/</c> too,
/// letters of either case) on the whole path, the path under the torrent's folder, or the file's name.
/// </summary>
internal sealed class FileSelection(IReadOnlyList<string> patterns, IReadOnlyList<FilePriorityRule> rules)
{
    public bool IsEverything => patterns.Count == 0 && rules.Count == 0;

    /// <summary>
    /// How much each file of a torrent is wanted: what is selected normally, the rest not at all, and then what <c>--priority</c> says, the last that fits. Null: all alike.
    /// </summary>
    /// <exception cref="CommandFailure">A pattern fits no file.</exception>
    public Func<FileEntry, FilePriority>? For(Metainfo metainfo)
    {
        if (IsEverything)
            return null;
        var priorities = new FilePriority[metainfo.Layout.Files.Count];
        if (patterns.Count == 0)
            Array.Fill(priorities, FilePriority.Normal);
        foreach (string pattern in patterns)
            Set(priorities, metainfo, "--select", pattern, FilePriority.Normal);
        foreach (FilePriorityRule rule in rules)
            Set(priorities, metainfo, "--priority", rule.Pattern, rule.Priority);
        return file => priorities[file.Index.Value];
    }

    /// <summary>How much one file is wanted, of a torrent whose files are not known before it is asked for; null: all alike. <see cref="For"/> says later whether each pattern has fitted a file.</summary>
    public Func<FileEntry, FilePriority>? ForEach => IsEverything ? null : PriorityOf;

    private FilePriority PriorityOf(FileEntry file)
    {
        FilePriority priority = patterns.Count == 0 || patterns.Any(pattern => Fits(pattern, file)) ? FilePriority.Normal : FilePriority.Skip;
        return rules.LastOrDefault(rule => Fits(rule.Pattern, file))?.Priority ?? priority;
    }

    private static void Set(FilePriority[] priorities, Metainfo metainfo, string option, string pattern, FilePriority priority)
    {
        bool any = false;
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            if (!file.IsStored || !Fits(pattern, file))
                continue;
            any = true;
            priorities[file.Index.Value] = priority;
        }

        if (!any)
            throw new CommandFailure(ExitCode.Usage, $"{option} {pattern} fits no file of {metainfo.Name}. See its files with: freshet download --list SRC", TroubleCodes.NothingSelected);
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
