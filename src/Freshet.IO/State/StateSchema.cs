using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>The tables of the state file and the steps that lead from each older version to the present one.</summary>
internal static class StateSchema
{
    /// <summary>Marks the file as ours (SQLite's <c>application_id</c>): "FRSH".</summary>
    public const int ApplicationId = 0x46525348;

    /// <summary>
    /// Step n leads from version n to n + 1 (<c>PRAGMA user_version</c>). A step that was published is never changed: a change is a new step, and a test
    /// with a file of the version before.
    /// </summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        """
        CREATE TABLE folder (
            id   INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE);
        CREATE TABLE torrent (
            id         INTEGER PRIMARY KEY,
            hashes     BLOB NOT NULL,
            folder     INTEGER NOT NULL REFERENCES folder (id),
            pieces     INTEGER NOT NULL,
            downloaded INTEGER NOT NULL,
            uploaded   INTEGER NOT NULL,
            saved      INTEGER NOT NULL,
            UNIQUE (hashes, folder));
        CREATE TABLE progress (
            torrent  INTEGER PRIMARY KEY REFERENCES torrent (id) ON DELETE CASCADE,
            boot     TEXT NOT NULL,
            recorded BLOB NOT NULL,
            durable  BLOB NOT NULL,
            partials BLOB NOT NULL,
            files    BLOB NOT NULL,
            digest   BLOB NOT NULL);
        CREATE TABLE damaged (
            id       INTEGER PRIMARY KEY,
            found    INTEGER NOT NULL,
            hashes   BLOB,
            folder   TEXT,
            recorded BLOB,
            durable  BLOB,
            partials BLOB,
            files    BLOB);
        """,
        """
        CREATE TABLE trackers (
            id    INTEGER PRIMARY KEY,
            tiers TEXT NOT NULL UNIQUE);
        CREATE TABLE remembered (
            id        INTEGER PRIMARY KEY,
            hashes    BLOB NOT NULL UNIQUE,
            folder    INTEGER NOT NULL REFERENCES folder (id),
            name      TEXT NOT NULL,
            bytes     INTEGER NOT NULL,
            pieces    INTEGER NOT NULL,
            private   INTEGER NOT NULL,
            trackers  INTEGER NOT NULL REFERENCES trackers (id),
            position  INTEGER NOT NULL,
            started   INTEGER NOT NULL,
            whole     INTEGER NOT NULL DEFAULT 0,
            added     INTEGER NOT NULL,
            completed INTEGER,
            seeded    INTEGER NOT NULL,
            options   TEXT);
        CREATE TABLE metainfo (
            remembered INTEGER PRIMARY KEY REFERENCES remembered (id) ON DELETE CASCADE,
            torrent    BLOB NOT NULL);
        ALTER TABLE torrent ADD COLUMN seeded INTEGER NOT NULL DEFAULT 0;
        """,
        """
        CREATE TABLE layer (
            id     INTEGER PRIMARY KEY,
            hashes BLOB NOT NULL,
            root   BLOB NOT NULL,
            nodes  BLOB NOT NULL,
            UNIQUE (hashes, root));
        """,
        """
        CREATE TABLE node (
            family   INTEGER PRIMARY KEY,
            contacts BLOB NOT NULL);
        """,
        """
        CREATE TABLE swarm (
            hash  BLOB PRIMARY KEY,
            saved INTEGER NOT NULL,
            peers BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX swarm_by_age ON swarm (saved);
        """,
        """
        CREATE TABLE mark (
            mark       INTEGER NOT NULL,
            remembered INTEGER NOT NULL REFERENCES remembered (id) ON DELETE CASCADE,
            PRIMARY KEY (mark, remembered)) WITHOUT ROWID;
        CREATE INDEX mark_of ON mark (remembered);
        """,
        """
        CREATE TABLE metadata (
            id     INTEGER PRIMARY KEY,
            hashes BLOB NOT NULL UNIQUE,
            info   BLOB NOT NULL);
        """,
        """
        CREATE TABLE feed (
            id        INTEGER PRIMARY KEY,
            target    BLOB NOT NULL,
            folder    TEXT NOT NULL,
            sequence  INTEGER NOT NULL,
            value     BLOB NOT NULL,
            signature BLOB NOT NULL,
            present   BLOB NOT NULL,
            coming    BLOB NOT NULL,
            UNIQUE (target, folder));
        """,
    ];

    /// <summary>The version that this program reads and writes.</summary>
    public static int Version => Steps.Count;

    /// <summary>Brings a file up to date.</summary>
    /// <returns>False where the file is an SQLite file, but not one of ours.</returns>
    /// <exception cref="StateStoreException">The file is of a newer version.</exception>
    public static bool TryUpgrade(SqliteConnection connection, string path)
    {
        bool isOurs = false;
        InTransaction(connection, () => isOurs = TryUpgradeInside(connection, path));
        return isOurs;
    }

    /// <summary>
    /// Runs an action in a write transaction, all or nothing. By hand, because SQLite itself ends a transaction when the disk is full, and the
    /// <c>SqliteTransaction</c> that then cannot roll back would hide the reason.
    /// </summary>
    public static void InTransaction(SqliteConnection connection, Action action)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            action();
            Execute(connection, "COMMIT");
        }
        catch
        {
            try
            {
                Execute(connection, "ROLLBACK");
            }
            catch (SqliteException)
            {
                // It has ended already.
            }

            throw;
        }
    }

    /// <summary>Fails where a table or column is not there.</summary>
    public static void Probe(SqliteConnection connection)
    {
        // One by one: of several queries in one command only the first is looked at.
        Execute(connection, "SELECT id, path FROM folder LIMIT 0");
        Execute(connection, "SELECT id, hashes, folder, pieces, downloaded, uploaded, saved, seeded FROM torrent LIMIT 0");
        Execute(connection, "SELECT id, tiers FROM trackers LIMIT 0");
        Execute(
            connection,
            "SELECT id, hashes, folder, name, bytes, pieces, private, trackers, position, started, whole, added, completed, seeded, options FROM remembered LIMIT 0");
        Execute(connection, "SELECT remembered, torrent FROM metainfo LIMIT 0");
        Execute(connection, "SELECT id, hashes, root, nodes FROM layer LIMIT 0");
        Execute(connection, "SELECT mark, remembered FROM mark LIMIT 0");
        Execute(connection, "SELECT family, contacts FROM node LIMIT 0");
        Execute(connection, "SELECT hash, saved, peers FROM swarm LIMIT 0");
        Execute(connection, "SELECT id, hashes, info FROM metadata LIMIT 0");
        Execute(connection, "SELECT id, target, folder, sequence, value, signature, present, coming FROM feed LIMIT 0");
        Execute(connection, "SELECT torrent, boot, recorded, durable, partials, files, digest FROM progress LIMIT 0");
        Execute(connection, "SELECT id, found, hashes, folder, recorded, durable, partials, files FROM damaged LIMIT 0");
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public static void Execute(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a query that answers a number.</summary>
    public static long Number(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        command.CommandText = query;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private static bool TryUpgradeInside(SqliteConnection connection, string path)
    {
        long version = Number(connection, "PRAGMA user_version");
        long tables = Number(connection, "SELECT count(*) FROM sqlite_master");
        if (version < 0 || (tables > 0 && (version == 0 || Number(connection, "PRAGMA application_id") != ApplicationId)))
            return false;
        if (version > Version)
        {
            throw new StateStoreException(
                $"{path} was written by a newer Freshet (format {version}; this one knows up to {Version}). Update Freshet, or use another --state-dir.");
        }

        for (int step = (int)version; step < Version; step++)
            Execute(connection, Steps[step]);
        if (version < Version)
            Execute(connection, $"PRAGMA user_version = {Version}; PRAGMA application_id = {ApplicationId}");
        return true;
    }
}
