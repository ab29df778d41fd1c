using Freshet.Core;
using Freshet.Sessions;

namespace Freshet.Tests;

public sealed class TorrentQueriesTests
{
    /// <summary>Only a window is put in order; it is the same as of all of them in order, wherever it lies and however many are alike.</summary>
    [Fact]
    public void Every_window_is_the_part_of_the_whole_order()
    {
        var random = new Random(5);
        SessionSnapshot snapshot = new()
        {
            Sequence = 9,
            Time = default,
            Torrents = [.. Enumerable.Range(1, 700).Select(id => Status(id, random.Next(40)))],
        };
        foreach (TorrentSort sort in Enum.GetValues<TorrentSort>())
        {
            foreach (bool descending in (bool[])[false, true])
            {
                var query = new TorrentQuery { SortBy = sort, Descending = descending, Limit = int.MaxValue };
                TorrentStatus[] all = [.. TorrentQueries.Run(query, snapshot).Items];
                Assert.Equal(700, all.Length);
                for (int i = 1; i < all.Length && sort == TorrentSort.Size; i++)
                    Assert.True(descending ? all[i - 1].TotalBytes >= all[i].TotalBytes : all[i - 1].TotalBytes <= all[i].TotalBytes);
                foreach ((int offset, int limit) in ((int, int)[])[(0, 1), (0, 50), (333, 7), (690, 50), (700, 5), (900, 5), (5, 0)])
                {
                    Page<TorrentStatus> page = TorrentQueries.Run(query with { Offset = offset, Limit = limit }, snapshot);
                    Assert.Equal(700, page.Total);
                    Assert.Equal(all.Skip(offset).Take(limit).Select(status => status.Id), page.Items.Select(status => status.Id));
                }
            }
        }
    }

    private static TorrentStatus Status(int id, int size) => new()
    {
        Id = new TorrentId(id),
        Hashes = new InfoHashes(default(Sha1Hash), null),
        Name = $"t{size % 7}",
        Directory = "/",
        State = Abstractions.TorrentState.Seeding,
        TotalBytes = size,
    };
}
