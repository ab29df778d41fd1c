using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>Priorities by file index, as the engine takes them: one for each file, or null where all are normal.</summary>
internal static class FilePriorities
{
    /// <summary>From what a caller says of each file.</summary>
    public static IReadOnlyList<FilePriority>? Of(PieceLayout layout, Func<FileEntry, bool>? select, Func<FileEntry, FilePriority>? priority)
    {
        if (select is null && priority is null)
            return null;
        return [.. layout.Files.Select(file => !file.IsStored || select?.Invoke(file) == false ? FilePriority.Skip : Known(priority?.Invoke(file) ?? FilePriority.Normal))];
    }

    /// <summary>As they were, but for some files.</summary>
    public static IReadOnlyList<FilePriority> With(PieceLayout layout, IReadOnlyList<FilePriority>? before, IReadOnlyDictionary<FileIndex, FilePriority> changes)
        => [.. layout.Files.Select(file => changes.TryGetValue(file.Index, out FilePriority priority) ? priority : before?[file.Index.Value] ?? FilePriority.Normal)];

    /// <summary>Refuses what is no priority, and files that there are not.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public static void Check(PieceLayout layout, IReadOnlyDictionary<FileIndex, FilePriority> changes)
    {
        foreach ((FileIndex file, FilePriority priority) in changes)
        {
            if ((uint)file.Value >= (uint)layout.Files.Count)
                throw new ArgumentException($"The torrent has {layout.Files.Count} files and none with the index {file}.", nameof(changes));
            Known(priority);
        }
    }

    private static FilePriority Known(FilePriority priority)
        => priority <= FilePriority.High ? priority : throw new ArgumentException($"{(int)priority} is no file priority.", nameof(priority));
}
