using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.Tests.State;

/// <summary>
/// A file of each version, written out as that version wrote it, opens with today's code. Never change a text that was published: add one.
/// </summary>
public sealed class MigrationTests
{
    private static readonly string[] Versions =
    [
        // Version 1: one torrent of 10 pieces in /old, 6 recorded, 4 of them durable, one partial piece, one file.
        """
        PRAGMA user_version = 1;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        """,

        // Version 2: the same; the torrent is remembered too, stopped, second in the queue, with its metainfo.
        """
        PRAGMA user_version = 2;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        """,

        // Version 3: the same, and a piece layer of it.
        """
        PRAGMA user_version = 3;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        """,

        // Version 4: the same, and a node of the DHT.
        """
        PRAGMA user_version = 4;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        CREATE TABLE node (family INTEGER PRIMARY KEY, contacts BLOB NOT NULL);
        INSERT INTO node VALUES (4, x'0405');
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        """,

        // Version 5: the same, and a peer of it.
        """
        PRAGMA user_version = 5;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        CREATE TABLE node (family INTEGER PRIMARY KEY, contacts BLOB NOT NULL);
        INSERT INTO node VALUES (4, x'0405');
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        CREATE TABLE swarm (hash BLOB PRIMARY KEY, saved INTEGER NOT NULL, peers BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX swarm_by_age ON swarm (saved);
        INSERT INTO swarm VALUES (x'0101010101010101010101010101010101010101', 9999999999, x'06010203041AE1');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        """,

        // Version 6: the same, and a mark of the torrent that is remembered.
        """
        PRAGMA user_version = 6;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        CREATE TABLE node (family INTEGER PRIMARY KEY, contacts BLOB NOT NULL);
        CREATE TABLE mark (mark INTEGER NOT NULL, remembered INTEGER NOT NULL REFERENCES remembered (id) ON DELETE CASCADE,
            PRIMARY KEY (mark, remembered)) WITHOUT ROWID;
        CREATE INDEX mark_of ON mark (remembered);
        INSERT INTO node VALUES (4, x'0405');
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        CREATE TABLE swarm (hash BLOB PRIMARY KEY, saved INTEGER NOT NULL, peers BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX swarm_by_age ON swarm (saved);
        INSERT INTO swarm VALUES (x'0101010101010101010101010101010101010101', 9999999999, x'06010203041AE1');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        INSERT INTO mark VALUES (77, 1);
        """,

        // Version 7: the same, and metadata that came from peers.
        """
        PRAGMA user_version = 7;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        CREATE TABLE node (family INTEGER PRIMARY KEY, contacts BLOB NOT NULL);
        CREATE TABLE mark (mark INTEGER NOT NULL, remembered INTEGER NOT NULL REFERENCES remembered (id) ON DELETE CASCADE,
            PRIMARY KEY (mark, remembered)) WITHOUT ROWID;
        CREATE INDEX mark_of ON mark (remembered);
        INSERT INTO node VALUES (4, x'0405');
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        CREATE TABLE swarm (hash BLOB PRIMARY KEY, saved INTEGER NOT NULL, peers BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX swarm_by_age ON swarm (saved);
        INSERT INTO swarm VALUES (x'0101010101010101010101010101010101010101', 9999999999, x'06010203041AE1');
        CREATE TABLE metadata (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, info BLOB NOT NULL);
        INSERT INTO metadata VALUES (1, x'0101010101010101010101010101010101010101', x'6465');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        INSERT INTO mark VALUES (77, 1);
        """,

        // Version 8: the same, and a feed.
        """
        PRAGMA user_version = 8;
        PRAGMA application_id = 1179800392;
        CREATE TABLE folder (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, folder INTEGER NOT NULL REFERENCES folder (id),
            pieces INTEGER NOT NULL, downloaded INTEGER NOT NULL, uploaded INTEGER NOT NULL, saved INTEGER NOT NULL,
            seeded INTEGER NOT NULL DEFAULT 0, UNIQUE (hashes, folder));
        CREATE TABLE progress (torrent INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE, boot TEXT NOT NULL,
            recorded BLOB NOT NULL, durable BLOB NOT NULL, partials BLOB NOT NULL, files BLOB NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, found INTEGER NOT NULL, hashes BLOB, folder TEXT, recorded BLOB, durable BLOB,
            partials BLOB, files BLOB);
        CREATE TABLE trackers (id INTEGER PRIMARY KEY, tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, folder INTEGER NOT NULL REFERENCES folder (id),
            name TEXT NOT NULL, bytes INTEGER NOT NULL, pieces INTEGER NOT NULL, private INTEGER NOT NULL,
            trackers INTEGER NOT NULL REFERENCES trackers (id), position INTEGER NOT NULL, started INTEGER NOT NULL,
            whole INTEGER NOT NULL DEFAULT 0, added INTEGER NOT NULL, completed INTEGER, seeded INTEGER NOT NULL, options TEXT);
        CREATE TABLE metainfo (remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE, torrent BLOB NOT NULL);
        CREATE TABLE layer (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, root BLOB NOT NULL, nodes BLOB NOT NULL, UNIQUE (hashes, root));
        CREATE TABLE node (family INTEGER PRIMARY KEY, contacts BLOB NOT NULL);
        CREATE TABLE mark (mark INTEGER NOT NULL, remembered INTEGER NOT NULL REFERENCES remembered (id) ON DELETE CASCADE,
            PRIMARY KEY (mark, remembered)) WITHOUT ROWID;
        CREATE INDEX mark_of ON mark (remembered);
        INSERT INTO node VALUES (4, x'0405');
        INSERT INTO layer VALUES (1, x'0101010101010101010101010101010101010101', x'02', x'03');
        CREATE TABLE swarm (hash BLOB PRIMARY KEY, saved INTEGER NOT NULL, peers BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX swarm_by_age ON swarm (saved);
        INSERT INTO swarm VALUES (x'0101010101010101010101010101010101010101', 9999999999, x'06010203041AE1');
        CREATE TABLE metadata (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL UNIQUE, info BLOB NOT NULL);
        INSERT INTO metadata VALUES (1, x'0101010101010101010101010101010101010101', x'6465');
        CREATE TABLE feed (id INTEGER PRIMARY KEY, target BLOB NOT NULL, folder TEXT NOT NULL, sequence INTEGER NOT NULL, value BLOB NOT NULL,
            signature BLOB NOT NULL, present BLOB NOT NULL, coming BLOB NOT NULL, UNIQUE (target, folder));
        INSERT INTO feed VALUES (1, x'0101010101010101010101010101010101010101', '/old', 5, x'6465', x'01', x'02', x'');
        INSERT INTO folder VALUES (1, '/old');
        INSERT INTO torrent VALUES (1, x'0101010101010101010101010101010101010101', 1, 10, 1000, 2000, 639000000000000000, 600000000);
        INSERT INTO progress VALUES (1, 'a-boot', x'FC00', x'F000', x'0700000001000000C0', x'40420F00000000000100000000000000',
            x'ABFE54E69A7E1D3A255A3D5C214AD661');
        INSERT INTO trackers VALUES (1, 'http://tracker.example/announce');
        INSERT INTO remembered VALUES (1, x'0101010101010101010101010101010101010101', 1, 'old', 160000, 10, 0, 1, 1, 0, 0, 638000000000000000, NULL,
            600000000, NULL);
        INSERT INTO metainfo VALUES (1, x'6465');
        INSERT INTO mark VALUES (77, 1);
        """,
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(1, StateSchema.Version)];

    [Fact]
    public void Each_version_has_its_file() => Assert.Equal(StateSchema.Version, Versions.Length);

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_file_of_an_older_version_is_brought_up_to_date_with_its_records(int version)
    {
        using var folder = new TemporaryFolder();
        Make(folder, Versions[version - 1]);
        using SqliteStateStore store = SqliteStateStore.Open(folder.Path);
        ResumeRecord? record = store.Load(Records.V1(1));
        Assert.NotNull(record);
        Assert.Equal(version >= 8 ? 5 : null, store.LoadFeed(new InfoHash(Records.V1(1).V1!.Value), "/old")?.Sequence);
        Assert.Equal("/old", record.Directory);
        Assert.Equal(10, record.PieceCount);
        Assert.Equal([0xFC, 0x00], record.Recorded.ToArray());
        Assert.Equal([0xF0, 0x00], record.Durable.ToArray());
        Assert.Equal("a-boot", record.BootId);
        Assert.Equal(7, Assert.Single(record.Partials).Piece.Value);
        Assert.Equal([0xC0], record.Partials[0].Blocks.ToArray());
        Assert.Equal([new FileStamp(1_000_000, 1)], record.Files);
        Assert.Equal((1000, 2000, 639_000_000_000_000_000), (record.Downloaded, record.Uploaded, record.SavedTicks));
        Assert.Null(store.Warning);
        Assert.Equal(version >= 7, store.LoadMetadata(Records.V1(1)) is { Length: 2 });
        Assert.Equal(version >= 5 ? 1 : 0, (await store.Peers.FindAsync(Records.V1(1).Primary, TestContext.Current.CancellationToken)).Count);
        Assert.Equal(version >= 2 ? 1 : 0, store.LoadRemembered().Count);
        Assert.Equal(version >= 4 ? [4, 5] : [], store.LoadNodes().IPv4.ToArray());
        Assert.Equal(version >= 6 ? 1 : 0, store.FindRelatives([77], 5).Count);
        if (store.LoadRemembered() is not [var remembered])
            return;
        Assert.Equal(("old", "/old", false, TimeSpan.FromMinutes(1)), (remembered.Name, remembered.Directory, remembered.IsStarted, remembered.Seeded));
        Assert.Equal("http://tracker.example/announce", remembered.Trackers[0][0]);
        Assert.Equal("de"u8.ToArray(), store.LoadMetainfo(Records.V1(1))!.Value.ToArray());
    }

    [Fact]
    public void An_upgrade_that_fails_half_way_changes_nothing()
    {
        using var folder = new TemporaryFolder();

        // Ours by its mark, but its version says that the first step is still to come, which then finds its table there.
        Make(folder, "PRAGMA application_id = 1179800392; PRAGMA user_version = -1; CREATE TABLE torrent (x)");
        using (SqliteStateStore store = SqliteStateStore.Open(folder.Path))
            Assert.NotNull(store.Warning);
        Assert.True(File.Exists(folder[SqliteStateStore.FileName + ".corrupt-1"]));
    }

    private static void Make(TemporaryFolder folder, string statements)
    {
        SqliteLibrary.Load();
        using var connection = new SqliteConnection($"Data Source={folder[SqliteStateStore.FileName]};Pooling=false");
        connection.Open();
        StateSchema.Execute(connection, statements);
    }
}
