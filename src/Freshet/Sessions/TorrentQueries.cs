namespace Freshet.Sessions;

/// <summary>Filters, sorts and cuts lists of torrents.</summary>
internal static class TorrentQueries
{
    public static Page<TorrentStatus> Run(TorrentQuery query, SessionSnapshot snapshot)
    {
        TorrentStatus[] fitting = [.. snapshot.Torrents.Where(status => Fits(query, status))];
        int Order(TorrentStatus a, TorrentStatus b)
        {
            int order = Compare(query.SortBy, a, b);
            if (query.Descending)
                order = -order;
            return order != 0 ? order : a.Id.Value.CompareTo(b.Id.Value);
        }

        // No more than the window is put in order: torrents may be a hundred thousand, and a page of them is asked for again and again.
        TorrentStatus[] window = fitting.Order(Comparer<TorrentStatus>.Create(Order)).Skip(Math.Max(0, query.Offset)).Take(Math.Max(0, query.Limit)).ToArray();
        return new Page<TorrentStatus>(window, fitting.Length, snapshot.Sequence);
    }

    private static bool Fits(TorrentQuery query, TorrentStatus status)
        => (query.States.Count == 0 || query.States.Contains(status.State))
            && (query.NameContains is null || status.Name.Contains(query.NameContains, StringComparison.OrdinalIgnoreCase));

    private static int Compare(TorrentSort sort, TorrentStatus a, TorrentStatus b) => sort switch
    {
        TorrentSort.Name => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase),
        TorrentSort.Progress => a.Progress.CompareTo(b.Progress),
        TorrentSort.Size => a.TotalBytes.CompareTo(b.TotalBytes),
        TorrentSort.DownloadRate => a.DownloadRate.CompareTo(b.DownloadRate),
        TorrentSort.UploadRate => a.UploadRate.CompareTo(b.UploadRate),
        _ => a.Id.Value.CompareTo(b.Id.Value),
    };
}
