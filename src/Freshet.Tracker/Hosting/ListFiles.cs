using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Hosting;

/// <summary>The files of the lists of torrents: read at the start, on demand and when they change.</summary>
internal sealed class ListFiles(string? allow, string? deny)
{
    private (DateTime Allow, DateTime Deny) _stamps;

    public bool Any => allow is not null || deny is not null;

    /// <summary>Whether a file has changed since the last <see cref="Read()"/>.</summary>
    public bool HaveChanged => Stamps() != _stamps;

    /// <summary>Reads both.</summary>
    /// <exception cref="TrackerException">One cannot be read.</exception>
    public TorrentLists Read()
    {
        _stamps = Stamps();
        return new TorrentLists(Read(allow), Read(deny));
    }

    private static InfoHashList? Read(string? path)
    {
        if (path is null)
            return null;
        try
        {
            using var reader = new StreamReader(path);
            return InfoHashList.Read(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrackerException($"The list {path} cannot be read: {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new TrackerException($"The list {path} is none: {e.Message}.", e);
        }
    }

    private (DateTime Allow, DateTime Deny) Stamps()
        => (allow is null ? default : File.GetLastWriteTimeUtc(allow), deny is null ? default : File.GetLastWriteTimeUtc(deny));
}
