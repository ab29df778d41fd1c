using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Disk;

/// <summary>
/// How a torrent's files look, as each second's record wants to know. What was written since the last look is looked at again, and some of the others each time, in turn: with a hundred thousand
/// files a look at all of them would take longer than what they are looked at for. So what somebody else does to a file shows a little later there. Thread-safe.
/// </summary>
internal sealed class FileStamps(Folder folder, IReadOnlyList<FileEntry> files)
{
    /// <summary>Files that are looked at in turn: a millisecond's work. Torrents of no more are looked at whole.</summary>
    public const int InTurn = 1024;

    private readonly Lock _looking = new();
    private readonly Lock _gate = new();
    private readonly HashSet<int> _changed = [];
    private FileStamp[]? _known;
    private int _turn;

    /// <summary>A file has been written, made or cut; to be said afterwards.</summary>
    public void Changed(FileIndex file)
    {
        lock (_gate)
            _changed.Add(file.Value);
    }

    /// <summary>Any file may have changed: the next look is at all of them.</summary>
    public void Forget()
    {
        lock (_looking)
            _known = null;
    }

    /// <summary>How each file looks, by index.</summary>
    public FileStamp[] Look()
    {
        lock (_looking)
        {
            FileEntry[] due = TakeDue();
            FileStamp[] stamps = _known ?? new FileStamp[files.Count];
            _known = null;
            FileStamp[] now = folder.Stamp(due);
            for (int i = 0; i < due.Length; i++)
                stamps[due[i].Index.Value] = now[i];
            _known = stamps;
            return [.. stamps];
        }
    }

    private FileEntry[] TakeDue()
    {
        lock (_gate)
        {
            int others = _known is null ? files.Count : Math.Min(InTurn, files.Count);
            for (int i = 0; i < others; i++)
                _changed.Add((_turn + i) % files.Count);
            _turn = files.Count == 0 ? 0 : (_turn + others) % files.Count;

            // By index, so that files of one folder are neighbours.
            FileEntry[] due = [.. _changed.Order().Select(index => files[index])];
            _changed.Clear();
            return due;
        }
    }
}
