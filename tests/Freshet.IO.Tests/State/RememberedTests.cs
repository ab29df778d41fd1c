using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.Tests.State;

public sealed class RememberedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_remembered_comes_back_in_the_queues_order_with_its_metainfo()
    {
        RememberedTorrent first = Torrent(1) with { Options = "{}", IsStarted = false, Seeded = TimeSpan.FromHours(3), Trackers = [["http://a/x", "udp://b:1"], ["http://c/"]] };
        using (SqliteStateStore store = SqliteStateStore.Open(_folder.Path))
        {
            Assert.True(store.Remember([new RememberedEntry(first, new byte[] { 1, 2, 3 })]));
            Assert.True(store.Remember([new RememberedEntry(Torrent(2), new byte[] { 4 })]));

            // What has no place yet is behind all that have one.
            Assert.True(store.Remember([new RememberedEntry(Torrent(4), new byte[] { 4 })]));
            store.Change([new RememberedChange(Records.V1(1)) { Position = 7 }, new RememberedChange(Records.V1(99)) { Position = 1 }, new RememberedChange(Records.V1(2)) { Position = 3 }]);
            Assert.True(store.Remember([new RememberedEntry(Torrent(3), new byte[] { 4 })]));
        }

        using SqliteStateStore again = SqliteStateStore.Open(_folder.Path);
        IReadOnlyList<RememberedTorrent> all = again.LoadRemembered();
        Assert.Equal([Records.V1(2), Records.V1(1), Records.V1(4), Records.V1(3)], all.Select(torrent => torrent.Hashes));
        Assert.Equal(first with { Trackers = all[1].Trackers }, all[1]);
        Assert.Equal([["http://a/x", "udp://b:1"], ["http://c/"]], all[1].Trackers);
        Assert.Equal([1, 2, 3], again.LoadMetainfo(Records.V1(1))!.Value.ToArray());
        Assert.Null(again.LoadMetainfo(Records.V1(5)));
    }

    [Fact]
    public void Torrents_are_found_by_their_marks_those_of_the_first_first_until_they_are_forgotten()
    {
        using SqliteStateStore store = SqliteStateStore.Open(_folder.Path);
        store.Remember([new RememberedEntry(Torrent(1) with { Marks = [10, 30, -5] }, default), new RememberedEntry(Torrent(2) with { Marks = [20, 30] }, default)]);
        store.Remember([new RememberedEntry(Torrent(3) with { Marks = [30] }, default)]);
        Assert.Equal([Records.V1(2), Records.V1(1)], store.FindRelatives([20, -5, 99], 10));
        Assert.Equal([Records.V1(1), Records.V1(2), Records.V1(3)], store.FindRelatives([10, 30], 10));
        Assert.Equal(2, store.FindRelatives([30], 2).Count);
        store.Remove(Records.V1(1));
        Assert.Equal([Records.V1(2), Records.V1(3)], store.FindRelatives([10, 30], 10));
    }

    [Fact]
    public void A_record_says_whether_it_is_whole_and_what_it_has_moved()
    {
        using SqliteStateStore store = SqliteStateStore.Open(_folder.Path);
        store.Remember([new RememberedEntry(Torrent(1), default)]);
        store.Save([Records.Make(Records.V1(1)) with { Uploaded = 5, Downloaded = 6, Seeded = TimeSpan.FromMinutes(2) }]);
        RememberedTorrent part = Assert.Single(store.LoadRemembered());
        Assert.False(part.IsWhole);
        Assert.Null(part.CompletedTicks);
        Assert.Equal((5, 6, TimeSpan.FromMinutes(2)), (part.Uploaded, part.Downloaded, part.Seeded));

        var all = new Bitfield(1000);
        all.SetAll();
        store.Save([Records.Make(Records.V1(1)) with { Recorded = all.ToArray() }]);
        RememberedTorrent whole = Assert.Single(store.LoadRemembered());
        Assert.True(whole.IsWhole);
        long? completed = whole.CompletedTicks;
        Assert.NotNull(completed);
        store.Save([Records.Make(Records.V1(1)) with { Recorded = all.ToArray(), Uploaded = 9 }]);
        Assert.Equal(completed, Assert.Single(store.LoadRemembered()).CompletedTicks);
    }

    [Fact]
    public void Adding_it_again_keeps_its_place_and_its_dates_and_removing_it_forgets_all()
    {
        using SqliteStateStore store = SqliteStateStore.Open(_folder.Path);
        store.Remember([new RememberedEntry(Torrent(1), new byte[] { 1 })]);
        store.Remember([new RememberedEntry(Torrent(2), new byte[] { 2 })]);
        store.Remember([new RememberedEntry(Torrent(1) with { AddedTicks = 999, Directory = "/elsewhere", Options = "x" }, new byte[] { 3 })]);
        RememberedTorrent again = store.LoadRemembered()[0];
        Assert.Equal((Records.V1(1), 1, "/elsewhere", "x"), (again.Hashes, again.AddedTicks, again.Directory, again.Options));
        store.Change([new RememberedChange(Records.V1(1)) { Options = "" }]);
        Assert.Null(store.LoadRemembered()[0].Options);
        store.Remove(Records.V1(1));
        Assert.Equal(Records.V1(2), Assert.Single(store.LoadRemembered()).Hashes);
        Assert.Null(store.LoadMetainfo(Records.V1(1)));
    }

    [Fact]
    public void A_thousand_torrents_take_less_than_300_bytes_each_beside_their_metainfo()
    {
        using (SqliteStateStore store = SqliteStateStore.Open(_folder.Path))
        {
            for (int number = 0; number < 1000; number++)
            {
                byte[] hash = new byte[20];
                new SeededRandom((ulong)number).NextBytes(hash);
                RememberedTorrent torrent = Torrent(1) with
                {
                    Hashes = new InfoHashes(new Sha1Hash(hash), null),
                    Name = $"A.Release.Of.Some.Length.{number}.1080p-GROUP",
                    Trackers = [["https://tracker.example.org:8443/some/long/passkey/announce"]],
                };
                store.Remember([new RememberedEntry(torrent, default)]);
            }
        }

        using var connection = new SqliteConnection($"Data Source={_folder[SqliteStateStore.FileName]};Pooling=false");
        connection.Open();
        long pages = StateSchema.Number(connection, "PRAGMA page_count");
        long empty = StateSchema.Number(connection, "SELECT count(*) FROM metainfo") * 12;
        Assert.InRange((pages * StateSchema.Number(connection, "PRAGMA page_size")) - empty, 1, 300_000);
    }

    private static RememberedTorrent Torrent(byte number) => new()
    {
        Hashes = Records.V1(number),
        Directory = "/data",
        Name = $"torrent {number}",
        TotalBytes = 1L << 40,
        PieceCount = 1000,
        AddedTicks = number,
    };
}
