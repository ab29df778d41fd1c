using Freshet.Core;

namespace Freshet.Tests;

public sealed class StatusTreeTests
{
    [Fact]
    public void Trees_hold_what_a_plain_list_would_and_tell_their_differences()
    {
        var random = new SeededRandom(3);
        var model = new SortedDictionary<int, TorrentStatus>();
        StatusTree tree = StatusTree.Empty;
        for (int step = 0; step < 200; step++)
        {
            var before = new SortedDictionary<int, TorrentStatus>(model);
            StatusTree earlier = tree;
            TorrentStatus[] changed = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(40_000)).Distinct().Select(Status)];
            TorrentId[] removed = [.. model.Keys.Where(id => random.Next(10) == 0).Except(changed.Select(status => status.Id.Value)).Select(id => new TorrentId(id))];
            foreach (TorrentStatus status in changed)
                model[status.Id.Value] = status;
            foreach (TorrentId id in removed)
                model.Remove(id.Value);
            tree = tree.With(changed, removed);

            Assert.Equal(model.Values, tree);
            Assert.Equal(model.Count, tree.Count);
            Assert.All(model.Values.Select((status, index) => (status, index)), one => Assert.Same(one.status, tree[one.index]));
            Assert.All(model.Keys, id => Assert.Same(model[id], tree.Find(new TorrentId(id))));
            Assert.Null(tree.Find(new TorrentId(40_001)));
            Assert.Equal(before.Values, earlier);

            var different = new Dictionary<int, (TorrentStatus? Here, TorrentStatus? There)>();
            tree.Compare(earlier, (here, there) => different.Add((here ?? there)!.Id.Value, (here, there)));
            int[] expected = [.. changed.Select(status => status.Id.Value).Concat(removed.Select(id => id.Value)).Order()];
            Assert.Equal(expected, different.Keys.Order());
            Assert.All(different, one => Assert.Same(model.GetValueOrDefault(one.Key), one.Value.Here));
            Assert.All(different, one => Assert.Same(before.GetValueOrDefault(one.Key), one.Value.There));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void A_change_of_one_torrent_costs_the_same_however_many_there_are(int torrents)
    {
        StatusTree tree = StatusTree.Empty.With(Enumerable.Range(1, torrents).Select(Status), []);
        tree.With([Status(7)], []);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StatusTree changed = tree.With([Status(7)], []);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // A status, and a node of 32 branches for each level: four of them hold a million torrents.
        Assert.InRange(allocated, 1, 2_500);
        int visited = 0;
        changed.Compare(tree, (_, _) => visited++);
        Assert.Equal(1, visited);
    }

    private static TorrentStatus Status(int id) => new()
    {
        Id = new TorrentId(id),
        Hashes = new InfoHashes(default(Sha1Hash), null),
        Name = "t",
        Directory = "/",
        State = Abstractions.TorrentState.Seeding,
    };
}
