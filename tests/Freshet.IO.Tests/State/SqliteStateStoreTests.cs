using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.Tests.State;

public sealed class SqliteStateStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder[SqliteStateStore.FileName];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Piece_layers_that_peers_gave_come_back_with_the_record_and_go_with_the_torrent()
    {
        InfoHashes hashes = Records.V2(3);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>> { [MerkleTree.Leaf([1])] = new byte[64] };
        using (SqliteStateStore store = Open())
        {
            store.Save([Records.Make(hashes) with { PieceLayers = layers }]);
            layers.Add(MerkleTree.Leaf([2]), new byte[] { 7, 8 });
            store.Save([Records.Make(hashes, seed: 2) with { PieceLayers = layers }]);
            store.Save([Records.Make(hashes, seed: 3)]);
        }

        using (SqliteStateStore store = Open())
        {
            ResumeRecord record = store.Load(hashes)!;
            Assert.True(record.PieceLayers.Count == 2 && layers.Keys.All(record.PieceLayers.ContainsKey));
            Assert.Equal([7, 8], record.PieceLayers[MerkleTree.Leaf([2])].ToArray());
            store.Remove(hashes);
            store.Save([Records.Make(hashes)]);
            Assert.Empty(store.Load(hashes)!.PieceLayers);
        }
    }

    [Fact]
    public void What_is_known_of_a_feed_is_there_at_the_next_start_for_each_folder()
    {
        using var folder = new TemporaryFolder();
        var target = new InfoHash(new Sha1Hash(new byte[20]));
        var feed = new FeedRecord { Target = target, Directory = "/a", Sequence = 3, Value = new byte[] { 1 }, Signature = new byte[] { 2 }, Present = new byte[] { 3 } };
        using (SqliteStateStore store = SqliteStateStore.Open(folder.Path))
        {
            Assert.Null(store.LoadFeed(target, "/a"));
            store.Save(feed);
            store.Save(feed with { Sequence = 4, Coming = new byte[] { 4 } });
            store.Save(feed with { Directory = "" });
        }

        using SqliteStateStore again = SqliteStateStore.Open(folder.Path);
        FeedRecord read = again.LoadFeed(target, "/a")!;
        Assert.Equal((4L, "010203-04"), (read.Sequence, $"{Convert.ToHexString(read.Value.Span)}{Convert.ToHexString(read.Signature.Span)}{Convert.ToHexString(read.Present.Span)}-{Convert.ToHexString(read.Coming.Span)}"));
        Assert.Equal(3, again.LoadFeed(target, "")!.Sequence);
        Assert.Null(again.LoadFeed(target, "/b"));
    }

    [Fact]
    public void Nodes_of_the_dht_are_there_at_the_next_start_the_latest_of_them()
    {
        using (SqliteStateStore store = Open())
        {
            Assert.True(store.LoadNodes().IPv4.IsEmpty && store.LoadNodes().IPv6.IsEmpty);
            store.Save(new SavedNodes(new byte[26], new byte[38]));
            store.Save(new SavedNodes(new byte[] { 1, 2 }, default));
        }

        using SqliteStateStore again = Open();
        Assert.Equal([1, 2], again.LoadNodes().IPv4.ToArray());
        Assert.True(again.LoadNodes().IPv6.IsEmpty);
    }

    [Fact]
    public void What_was_saved_is_loaded_by_the_next_process()
    {
        long started = DateTime.UtcNow.Ticks;
        var hybrid = new InfoHashes(Records.V1(3).V1, Records.V2(4).V2);
        ResumeRecord[] records = [Records.Make(Records.V1(1)), Records.Make(Records.V2(2), "/ünï/ 🎉", 0), Records.Make(hybrid, "/data", 1)];
        records = [records[0], records[1] with { Partials = [] }, records[2] with { Partials = [], Files = [] }];
        using (SqliteStateStore store = Open())
            store.Save(records);
        using SqliteStateStore next = Open();
        foreach (ResumeRecord record in records)
        {
            Records.AssertSame(record, next.Load(record.Hashes));
            Assert.Equal(next.BootId, next.Load(record.Hashes)!.BootId);
            Assert.InRange(next.Load(record.Hashes)!.SavedTicks, started, DateTime.UtcNow.Ticks);
        }

        Assert.Null(next.Load(Records.V1(9)));
        Assert.Null(next.Warning);
    }

    [Fact]
    public void A_later_record_takes_the_place_of_the_one_before()
    {
        using SqliteStateStore store = Open();
        store.Save([Records.Make(Records.V1(1), seed: 1)]);
        store.Save([Records.Make(Records.V1(1), seed: 2)]);
        Records.AssertSame(Records.Make(Records.V1(1), seed: 2), store.Load(Records.V1(1)));
    }

    [Fact]
    public void One_torrent_in_two_folders_has_two_records()
    {
        using SqliteStateStore store = Open();
        store.Save([Records.Make(Records.V1(1), "/a", seed: 1)]);
        store.Save([Records.Make(Records.V1(1), "/b", seed: 2)]);
        Records.AssertSame(Records.Make(Records.V1(1), "/a", seed: 1), store.Load(Records.V1(1), "/a"));
        Records.AssertSame(Records.Make(Records.V1(1), "/b", seed: 2), store.Load(Records.V1(1), "/b"));
        Assert.Null(store.Load(Records.V1(1), "/c"));
        Assert.Equal("/b", store.Load(Records.V1(1))!.Directory);
        store.Remove(Records.V1(1));
        Assert.Null(store.Load(Records.V1(1), "/a"));
        Assert.Null(store.Load(Records.V1(1)));
    }

    [Fact]
    public void Two_processes_share_a_file()
    {
        using SqliteStateStore one = Open();
        using SqliteStateStore two = Open();
        Parallel.For(0, 40, i => (i % 2 == 0 ? one : two).Save([Records.Make(Records.V1((byte)i), seed: (ulong)i + 1)]));
        for (int i = 0; i < 40; i++)
            Records.AssertSame(Records.Make(Records.V1((byte)i), seed: (ulong)i + 1), (i % 2 == 0 ? two : one).Load(Records.V1((byte)i)));
    }

    // F2: copies taken at any moment are what a kill leaves. Old or new, never mixed, never lost.
    [Fact]
    public void A_copy_of_the_files_at_any_moment_holds_whole_records()
    {
        using SqliteStateStore store = Open();
        store.Save([Records.Make(Records.V1(1), seed: 1), Records.Make(Records.V1(2), seed: 1)]);
        for (ulong seed = 2; seed < 40; seed++)
        {
            store.Save([Records.Make(Records.V1(1), seed: seed), Records.Make(Records.V1(2), seed: seed)]);
            using var copy = new TemporaryFolder();
            foreach (string suffix in (string[])["", "-wal"])
                File.Copy(FilePath + suffix, copy[SqliteStateStore.FileName + suffix]);
            using SqliteStateStore next = SqliteStateStore.Open(copy.Path);
            Records.AssertSame(Records.Make(Records.V1(1), seed: seed), next.Load(Records.V1(1)));
            Records.AssertSame(Records.Make(Records.V1(2), seed: seed), next.Load(Records.V1(2)));
        }
    }

    // F2: a log cut off in mid-write is what a power cut leaves.
    [Fact]
    public void A_log_cut_off_anywhere_leaves_the_old_records_or_the_new_never_a_mix()
    {
        using SqliteStateStore store = Open();
        store.Save([Records.Make(Records.V1(1), seed: 1), Records.Make(Records.V1(2), seed: 1)]);
        store.Save([Records.Make(Records.V1(1), seed: 2), Records.Make(Records.V1(2), seed: 2)]);
        byte[] log = ReadShared(FilePath + "-wal");
        for (int length = 0; length < log.Length; length += 517)
        {
            using var copy = new TemporaryFolder();
            File.Copy(FilePath, copy[SqliteStateStore.FileName]);
            File.WriteAllBytes(copy[SqliteStateStore.FileName + "-wal"], log[..length]);
            using SqliteStateStore next = SqliteStateStore.Open(copy.Path);
            ResumeRecord? first = next.Load(Records.V1(1));
            ResumeRecord? second = next.Load(Records.V1(2));
            Assert.Equal(first?.Downloaded, second?.Downloaded);
            if (first is not null)
                Records.AssertSame(Records.Make(Records.V1(1), seed: (ulong)first.Downloaded >> 40), first);
        }
    }

    // B11
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void A_file_that_is_something_else_is_set_aside_and_a_new_one_begun(int length)
    {
        byte[] bytes = new byte[length];
        new SeededRandom((ulong)length).NextBytes(bytes);
        File.WriteAllBytes(FilePath, bytes);
        using (SqliteStateStore store = Open())
        {
            Assert.Null(store.Load(Records.V1(1)));
            store.Save([Records.Make(Records.V1(1))]);
            Records.AssertSame(Records.Make(Records.V1(1)), store.Load(Records.V1(1)));

            // An empty file is a new one to SQLite.
            Assert.Equal(length > 0, store.Warning is not null);
        }

        if (length > 0)
            Assert.Equal(bytes, File.ReadAllBytes(FilePath + ".corrupt-1"));
    }

    // B11
    [Fact]
    public void Another_programs_database_is_set_aside_not_written_into()
    {
        Execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
        using SqliteStateStore store = Open();
        Assert.NotNull(store.Warning);
        Assert.True(File.Exists(FilePath + ".corrupt-1"));
    }

    // B11, chaos 13: cut off at every 512th byte; every byte string loads as right, as nothing, or is set aside.
    [Fact]
    public void A_file_cut_off_anywhere_never_crashes_and_never_lies()
    {
        byte[] whole = MakeWhole();
        for (int length = 0; length < whole.Length; length += 512)
            AssertTrueOrAbsent(whole[..length]);
    }

    // B11, chaos 13
    [Fact]
    public void Flipped_bits_never_crash_and_never_lie()
    {
        byte[] whole = MakeWhole();
        var random = new SeededRandom(20_261_102);
        for (int round = 0; round < 200; round++)
        {
            byte[] flipped = [.. whole];
            for (int flips = 1 + random.Next(4); flips > 0; flips--)
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            AssertTrueOrAbsent(flipped);
        }
    }

    // B11: in the row or in its index, which then say different things: SQLite does not see it.
    [Fact]
    public void A_bit_that_flips_in_a_folders_path_loses_no_record_that_is_saved_later()
    {
        byte[] whole = MakeWhole();
        byte[] path = "/data"u8.ToArray();
        int places = 0;
        for (int at = 0; at + path.Length <= whole.Length; at++)
        {
            if (!whole.AsSpan(at, path.Length).SequenceEqual(path))
                continue;
            byte[] flipped = [.. whole];
            flipped[at + 2] ^= 1;
            AssertTrueOrAbsent(flipped);
            places++;
        }

        Assert.Equal(2, places);
    }

    // B11: within a sound file, a row whose content was altered.
    [Fact]
    public void A_record_that_does_not_fit_its_digest_counts_as_none_and_is_kept_aside()
    {
        using (SqliteStateStore store = Open())
            store.Save([Records.Make(Records.V1(1)), Records.Make(Records.V1(2))]);
        Execute("UPDATE progress SET durable = zeroblob(length(durable)) WHERE torrent = 1");
        using SqliteStateStore next = Open();
        Assert.Null(next.Load(Records.V1(1)));
        Records.AssertSame(Records.Make(Records.V1(2)), next.Load(Records.V1(2)));
        Assert.Equal(1, Number("SELECT count(*) FROM damaged WHERE folder = '/data'"));
        next.Save([Records.Make(Records.V1(1), seed: 5)]);
        Records.AssertSame(Records.Make(Records.V1(1), seed: 5), next.Load(Records.V1(1)));
    }

    // B11: each column of another type, and bytes that do not parse under a digest that fits.
    [Theory]
    [InlineData("UPDATE progress SET recorded = 5")]
    [InlineData("UPDATE progress SET files = 'text'")]
    [InlineData("UPDATE progress SET digest = x''")]
    [InlineData("UPDATE progress SET boot = x'00'")]
    [InlineData("UPDATE torrent SET pieces = 'many'")]
    [InlineData("UPDATE torrent SET pieces = -1")]
    [InlineData("UPDATE torrent SET pieces = 9223372036854775807")]
    [InlineData("UPDATE torrent SET downloaded = 'x'")]
    [InlineData("UPDATE torrent SET saved = saved + 1")]
    [InlineData("UPDATE folder SET path = '/elsewhere'")]
    public void A_column_with_something_else_in_it_counts_as_no_record(string change)
    {
        using (SqliteStateStore store = Open())
            store.Save([Records.Make(Records.V1(1))]);
        Execute(change);
        using SqliteStateStore next = Open();
        Assert.Null(next.Load(Records.V1(1)));
    }

    [Fact]
    public void A_newer_file_is_refused_with_a_clear_text_and_left_alone()
    {
        using (SqliteStateStore store = Open())
            store.Save([Records.Make(Records.V1(1))]);
        Execute("PRAGMA user_version = 99");
        string message = Assert.Throws<StateStoreException>(() => Open()).Message;
        Assert.Contains("newer Freshet", message, StringComparison.Ordinal);
        Assert.Contains("99", message, StringComparison.Ordinal);
        Assert.Throws<StateStoreException>(() => StateStores.Open(_folder.Path));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.corrupt-*"));
        Assert.Equal(1, Number("SELECT count(*) FROM torrent"));
    }

    [Fact]
    public void The_hot_table_takes_less_than_300_bytes_a_torrent()
    {
        using (SqliteStateStore store = Open())
        {
            store.Save([.. Enumerable.Range(0, 3000).Select(i =>
            {
                byte[] hash = new byte[20];
                new SeededRandom((ulong)i).NextBytes(hash);
                return Records.Make(new InfoHashes(new Sha1Hash(hash), null), $"/srv/downloads/some/folder/{i % 10}", 64);
            })]);
        }

        long bytes;
        try
        {
            bytes = Number("SELECT sum(pgsize) FROM dbstat WHERE name IN ('torrent', 'sqlite_autoindex_torrent_1')");
        }
        catch (SqliteException)
        {
            Assert.Skip("This SQLite was built without dbstat.");
            return;
        }

        Assert.InRange(bytes / 3000, 1, 299);
    }

    [Fact]
    public void Confirmed_pieces_are_committed_to_the_device_and_others_are_not()
    {
        using SqliteStateStore store = Open();
        ResumeRecord record = Records.Make(Records.V1(1));
        store.Save([record]);
        Assert.Equal(2, store.Synchronous);
        store.Save([record with { Downloaded = 5 }]);
        Assert.Equal(1, store.Synchronous);
        store.Save([record with { Durable = record.Recorded }]);
        Assert.Equal(2, store.Synchronous);
    }

    [Fact]
    public void A_folder_that_cannot_be_used_leaves_a_session_that_works_and_a_warning()
    {
        File.WriteAllText(_folder["file"], "");
        (IStateStore store, string? warning) = StateStores.Open(_folder["file/state"]);
        using (store)
        {
            Assert.NotNull(warning);
            store.Save([Records.Make(Records.V1(1))]);
            Records.AssertSame(Records.Make(Records.V1(1)), store.Load(Records.V1(1)));
            Assert.Null(store.Load(Records.V1(1), "/elsewhere"));
            store.Remove(Records.V1(1));
            Assert.Null(store.Load(Records.V1(1)));
        }
    }

    // Chaos 5
    [Fact]
    public void A_full_disk_fails_the_save_keeps_what_was_there_and_passes()
    {
        using TemporaryMount mount = TemporaryMount.OrSkip("size=400k");
        using SqliteStateStore store = SqliteStateStore.Open(mount.Path);
        ResumeRecord kept = Records.Make(Records.V1(1));
        store.Save([kept]);
        File.WriteAllBytes(mount["other"], new byte[4096]);
        TestContext.Current.TestOutputHelper?.WriteLine(new DriveInfo(mount.Path).AvailableFreeSpace.ToString());
        Assert.Throws<SqliteException>(() => store.Save([Records.Make(Records.V1(2), pieces: 4_000_000)]));
        Records.AssertSame(kept, store.Load(Records.V1(1)));
        Assert.Null(store.Load(Records.V1(2)));
        mount.Remount("size=16m");
        store.Save([Records.Make(Records.V1(2), pieces: 4_000_000)]);
        Assert.NotNull(store.Load(Records.V1(2)));
        Assert.Empty(Directory.GetFiles(mount.Path, "*.corrupt-*"));
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void AssertTrueOrAbsent(byte[] file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[SqliteStateStore.FileName], file);
        try
        {
            using SqliteStateStore store = SqliteStateStore.Open(folder.Path);
            for (byte i = 0; i < 8; i++)
            {
                if (store.Load(Records.V1(i)) is { } record)
                    Records.AssertSame(Records.Make(Records.V1(i), seed: i + 1UL), record);
            }

            store.Save([Records.Make(Records.V1(77))]);
            Records.AssertSame(Records.Make(Records.V1(77)), store.Load(Records.V1(77)));
        }
        catch (StateStoreException exception)
        {
            // The flipped bit was in the version.
            Assert.Contains("newer", exception.Message, StringComparison.Ordinal);
        }
    }

    private byte[] MakeWhole()
    {
        using (SqliteStateStore store = Open())
            store.Save([.. Enumerable.Range(0, 8).Select(i => Records.Make(Records.V1((byte)i), seed: (ulong)i + 1))]);
        return File.ReadAllBytes(FilePath);
    }

    private SqliteStateStore Open() => SqliteStateStore.Open(_folder.Path);

    private void Execute(string statements)
    {
        using SqliteConnection connection = Connect();
        StateSchema.Execute(connection, statements);
    }

    private long Number(string query)
    {
        using SqliteConnection connection = Connect();
        return StateSchema.Number(connection, query);
    }

    private SqliteConnection Connect()
    {
        SqliteLibrary.Load();
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false");
        connection.Open();
        return connection;
    }
}
