using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Remembered torrents as rows of the tables of <see cref="StateSchema"/>.</summary>
internal static class RememberedRows
{
    /// <summary>
    /// The place in the queue of those that have none yet, which a session gives at its end: behind all that have one, in the order in which they came. To look for the
    /// last place at each would be to look through all.
    /// </summary>
    private const long LastPlace = long.MaxValue;

    /// <summary>Keeps torrents and their metainfo, at the end of the queue where they are new.</summary>
    public static void Put(SqliteConnection connection, IReadOnlyList<RememberedEntry> torrents)
    {
        // One command for all: to read its text costs more than to run it.
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO folder (path) VALUES ($folder) ON CONFLICT DO NOTHING;
            INSERT INTO trackers (tiers) VALUES ($trackers) ON CONFLICT DO NOTHING;
            INSERT INTO remembered (hashes, folder, name, bytes, pieces, private, trackers, position, started, added, seeded, options)
                VALUES ($hashes, {StateRows.FolderId}, $name, $bytes, $pieces, $private,
                    (SELECT id FROM trackers WHERE tiers = $trackers), $position, $started, $added, $seeded, $options)
                ON CONFLICT (hashes) DO UPDATE SET
                    folder = excluded.folder, name = excluded.name, bytes = excluded.bytes, pieces = excluded.pieces, private = excluded.private,
                    trackers = excluded.trackers, started = excluded.started, options = excluded.options;
            INSERT OR REPLACE INTO metainfo (remembered, torrent) SELECT id, $metainfo FROM remembered WHERE hashes = $hashes AND length($metainfo) > 0;
            """;
        foreach (RememberedEntry entry in torrents)
        {
            command.Parameters.Clear();
            Bind(command, entry.Torrent, entry.Metainfo);
            command.ExecuteNonQuery();
        }
    }

    private static void Bind(SqliteCommand command, RememberedTorrent torrent, ReadOnlyMemory<byte> metainfo)
    {
        command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(torrent.Hashes));
        command.Parameters.AddWithValue("$folder", torrent.Directory);
        command.Parameters.AddWithValue("$trackers", Text(torrent.Trackers));
        command.Parameters.AddWithValue("$name", torrent.Name);
        command.Parameters.AddWithValue("$position", LastPlace);
        command.Parameters.AddWithValue("$bytes", torrent.TotalBytes);
        command.Parameters.AddWithValue("$pieces", torrent.PieceCount);
        command.Parameters.AddWithValue("$private", torrent.IsPrivate);
        command.Parameters.AddWithValue("$started", torrent.IsStarted);
        command.Parameters.AddWithValue("$added", torrent.AddedTicks);
        command.Parameters.AddWithValue("$seeded", torrent.Seeded.Ticks);
        command.Parameters.AddWithValue("$options", (object?)torrent.Options ?? DBNull.Value);
        command.Parameters.AddWithValue("$metainfo", metainfo.ToArray());
    }

    /// <summary>
    /// All of them, in the queue's order. A row that cannot be read is left out: its torrent is missed and can be added again. Whether a torrent is whole is what its
    /// record says, which is looked at closely when it is used.
    /// </summary>
    public static List<RememberedTorrent> All(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT remembered.hashes, folder.path, name, bytes, remembered.pieces, private, tiers, started, added, completed, coalesce(downloaded, 0),
                coalesce(uploaded, 0), remembered.seeded, options, whole, remembered.folder, remembered.trackers
            FROM remembered JOIN folder ON folder.id = remembered.folder JOIN trackers ON trackers.id = remembered.trackers
                LEFT JOIN torrent ON torrent.hashes = remembered.hashes AND torrent.folder = remembered.folder
            ORDER BY position, remembered.id;
            """;
        using SqliteDataReader row = command.ExecuteReader();
        var all = new List<RememberedTorrent>();
        var folders = new Dictionary<long, string>();
        var tiers = new Dictionary<long, IReadOnlyList<IReadOnlyList<string>>>();
        while (row.Read())
        {
            try
            {
                all.Add(Parse(row, folders, tiers));
            }
            catch (Exception error) when (error is InvalidCastException or FormatException or InvalidOperationException)
            {
                // Numbers where bytes should be, text where numbers should be: the disk has altered it.
            }
        }

        return all;
    }

    /// <summary>The metainfo of a torrent, or null.</summary>
    public static byte[]? Metainfo(SqliteConnection connection, InfoHashes hashes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT torrent FROM metainfo WHERE remembered = (SELECT id FROM remembered WHERE hashes = $hashes)";
        command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(hashes));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>Keeps what has changed.</summary>
    public static void Change(SqliteConnection connection, IReadOnlyList<RememberedChange> changes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            UPDATE remembered SET started = coalesce($started, started), position = coalesce($position, position), seeded = coalesce($seeded, seeded),
                options = CASE WHEN $options IS NULL THEN options WHEN $options = '' THEN NULL ELSE $options END
            WHERE hashes = $hashes
            """;
        foreach (RememberedChange change in changes)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(change.Hashes));
            command.Parameters.AddWithValue("$started", (object?)change.IsStarted ?? DBNull.Value);
            command.Parameters.AddWithValue("$position", (object?)change.Position ?? DBNull.Value);
            command.Parameters.AddWithValue("$seeded", (object?)change.Seeded?.Ticks ?? DBNull.Value);
            command.Parameters.AddWithValue("$options", (object?)change.Options ?? DBNull.Value);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Takes over what a record says of a torrent, where it is remembered.</summary>
    public static void Recorded(SqliteConnection connection, ResumeRecord record)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            UPDATE remembered SET seeded = $seeded, whole = $whole, completed = CASE WHEN $whole THEN coalesce(completed, $now) ELSE completed END
            WHERE hashes = $hashes AND folder = (SELECT id FROM folder WHERE path = $folder)
            """;
        bool isWhole = Bitfield.TryParse(record.Recorded.Span, record.PieceCount, out Bitfield? recorded) && recorded!.IsFull;
        command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(record.Hashes));
        command.Parameters.AddWithValue("$folder", record.Directory);
        command.Parameters.AddWithValue("$seeded", record.Seeded.Ticks);
        command.Parameters.AddWithValue("$whole", isWhole);
        command.Parameters.AddWithValue("$now", DateTime.UtcNow.Ticks);
        command.ExecuteNonQuery();
    }

    // Tiers by lines, trackers of a tier by blanks: neither can be in a URL.
    private static string Text(IReadOnlyList<IReadOnlyList<string>> tiers)
    {
        var text = new StringBuilder();
        foreach (IReadOnlyList<string> tier in tiers)
            text.AppendJoin(' ', tier.Where(url => !url.AsSpan().ContainsAny(" \n"))).Append('\n');
        return text.ToString();
    }

    private static string[][] Tiers(string text)
        => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(tier => tier.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static RememberedTorrent Parse(
        SqliteDataReader row, Dictionary<long, string> folders, Dictionary<long, IReadOnlyList<IReadOnlyList<string>>> tiers)
    {
        // Folders and trackers are few and torrents many: one object each.
        long folder = row.GetInt64(15);
        long trackers = row.GetInt64(16);
        if (!folders.TryGetValue(folder, out string? directory))
            folders.Add(folder, directory = row.GetString(1));
        if (!tiers.TryGetValue(trackers, out IReadOnlyList<IReadOnlyList<string>>? list))
            tiers.Add(trackers, list = Tiers(row.GetString(6)));
        return new RememberedTorrent
        {
            Hashes = RecordCodec.ParseHashes((byte[])row[0]),
            Directory = directory,
            Name = row.GetString(2),
            TotalBytes = row.GetInt64(3),
            PieceCount = row.GetInt32(4),
            IsPrivate = row.GetBoolean(5),
            Trackers = list,
            IsStarted = row.GetBoolean(7),
            AddedTicks = row.GetInt64(8),
            CompletedTicks = row.IsDBNull(9) ? null : row.GetInt64(9),
            Downloaded = row.GetInt64(10),
            Uploaded = row.GetInt64(11),
            Seeded = new TimeSpan(row.GetInt64(12)),
            Options = row.IsDBNull(13) ? null : row.GetString(13),
            IsWhole = row.GetBoolean(14),
        };
    }
}
