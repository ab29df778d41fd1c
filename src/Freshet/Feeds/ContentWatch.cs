using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.Feeds;

/// <summary>
/// Looks at a file or folder from time to time, at names, lengths and times alone. It counts as changed when it is the same twice in a row and not what it was: whoever is
/// writing is given the time to finish.
/// </summary>
internal sealed class ContentWatch(string path, Func<string, bool>? select, TimeSpan interval)
{
    private (FileEntry[] Files, FileStamp[] Stamps)? _before = Look(path, select);
    private (FileEntry[] Files, FileStamp[] Stamps)? _last;

    /// <summary>Waits until it has changed and settled.</summary>
    /// <param name="moves">Called when it has begun to change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WaitAsync(Func<Task> moves, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(interval, cancellationToken).ConfigureAwait(false);
            (FileEntry[] Files, FileStamp[] Stamps)? now = await Task.Run(() => Look(path, select), cancellationToken).ConfigureAwait(false);
            if (IsSame(now, _before))
            {
                // As it was, or back to that: with the same times nobody has written.
                if (_last is null)
                    continue;
            }
            else if (!IsSame(now, _last))
            {
                await moves().ConfigureAwait(false);
                _last = now;
                continue;
            }

            _before = now;
            _last = null;
            return;
        }
    }

    /// <summary>What it is like now is of no use: waits for it to become something else, or to be looked at anew.</summary>
    public void Forget() => _before = null;

    private static (FileEntry[] Files, FileStamp[] Stamps)? Look(string path, Func<string, bool>? select)
    {
        try
        {
            ContentScan scan = ContentScan.Of(path, select ?? (static inside => !TorrentBuilder.IsJunk(inside)));
            return ([.. scan.Files], scan.Stamps);
        }
        catch (StorageException)
        {
            // Gone, or being moved: whoever makes a torrent of it says why it cannot be.
            return null;
        }
    }

    private static bool IsSame((FileEntry[] Files, FileStamp[] Stamps)? a, (FileEntry[] Files, FileStamp[] Stamps)? b)
        => a is { } x && b is { } y && x.Stamps.AsSpan().SequenceEqual(y.Stamps) && x.Files.Select(static file => file.Path).SequenceEqual(y.Files.Select(static file => file.Path), StringComparer.Ordinal);
}
