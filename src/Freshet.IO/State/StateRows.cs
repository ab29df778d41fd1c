using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Records as rows of the tables of <see cref="StateSchema"/>.</summary>
internal static class StateRows
{
    /// <summary>The most damaged rows kept for a look later; older ones go.</summary>
    private const int MostDamaged = 100;

    /// <summary>
    /// The row of $folder, which must be there. The index says where, and the row itself whether it is so: where a bit has flipped in one of the two, which SQLite does not see, this is null, a constraint
    /// fails, and the file counts as damaged. Else all that is saved from then on would be of a folder that nobody asks for.
    /// </summary>
    public const string FolderId = "(SELECT id FROM folder NOT INDEXED WHERE id = (SELECT id FROM folder WHERE path = $folder) AND path = $folder)";

    /// <summary>Puts a record in the place of the one before.</summary>
    public static void Put(SqliteConnection connection, ResumeRecord record, string bootId)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO folder (path) VALUES ($folder) ON CONFLICT DO NOTHING;
            INSERT INTO torrent (hashes, folder, pieces, downloaded, uploaded, saved, seeded)
                VALUES ($hashes, {FolderId}, $pieces, $downloaded, $uploaded, $saved, $seeded)
                ON CONFLICT (hashes, folder) DO UPDATE SET
                    pieces = excluded.pieces, downloaded = excluded.downloaded, uploaded = excluded.uploaded, saved = excluded.saved, seeded = excluded.seeded;
            INSERT OR REPLACE INTO progress (torrent, boot, recorded, durable, partials, files, digest)
                VALUES ((SELECT id FROM torrent WHERE hashes = $hashes AND folder = {FolderId}),
                    $boot, $recorded, $durable, $partials, $files, $digest);
            """;
        byte[] hashes = RecordCodec.Hashes(record.Hashes);
        byte[] recorded = record.Recorded.ToArray();
        byte[] durable = record.Durable.ToArray();
        byte[] partials = RecordCodec.Partials(record.Partials);
        byte[] files = RecordCodec.Stamps(record.Files);
        long saved = DateTime.UtcNow.Ticks;
        long[] numbers = [record.PieceCount, record.Downloaded, record.Uploaded, saved];
        command.Parameters.AddWithValue("$folder", record.Directory);
        command.Parameters.AddWithValue("$hashes", hashes);
        command.Parameters.AddWithValue("$pieces", record.PieceCount);
        command.Parameters.AddWithValue("$downloaded", record.Downloaded);
        command.Parameters.AddWithValue("$uploaded", record.Uploaded);
        command.Parameters.AddWithValue("$saved", saved);
        command.Parameters.AddWithValue("$seeded", record.Seeded.Ticks);
        command.Parameters.AddWithValue("$boot", bootId);
        command.Parameters.AddWithValue("$recorded", recorded);
        command.Parameters.AddWithValue("$durable", durable);
        command.Parameters.AddWithValue("$partials", partials);
        command.Parameters.AddWithValue("$files", files);
        command.Parameters.AddWithValue("$digest", RecordCodec.Digest(hashes, record.Directory, bootId, numbers, recorded, durable, partials, files));
        command.ExecuteNonQuery();
        RememberedRows.Recorded(connection, record);
        if (record.PieceLayers.Count > 0)
            LayerRows.Put(connection, hashes, record.PieceLayers);
    }

    /// <summary>Reads a torrent's record: of one folder, or the latest.</summary>
    /// <param name="connection">The open file.</param>
    /// <param name="hashes">The torrent.</param>
    /// <param name="directory">The folder, or null for any.</param>
    /// <param name="damaged">The row that is there but cannot be believed, or null.</param>
    public static ResumeRecord? Get(SqliteConnection connection, InfoHashes hashes, string? directory, out long? damaged)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT torrent.id, folder.path, pieces, downloaded, uploaded, boot, recorded, durable, partials, files, digest, saved, seeded
            FROM torrent JOIN folder ON folder.id = torrent.folder JOIN progress ON progress.torrent = torrent.id
            WHERE hashes = $hashes AND ($folder IS NULL OR folder.path = $folder)
            ORDER BY saved DESC, torrent.id DESC LIMIT 1;
            """;
        command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(hashes));
        command.Parameters.AddWithValue("$folder", (object?)directory ?? DBNull.Value);
        using SqliteDataReader row = command.ExecuteReader();
        damaged = null;
        if (!row.Read())
            return null;
        long id = row.GetInt64(0);
        ResumeRecord? record = Parse(row, hashes);
        if (record is null)
            damaged = id;
        else if (hashes.V2 is not null)
            record = record with { PieceLayers = LayerRows.Get(connection, RecordCodec.Hashes(hashes)) };
        return record;
    }

    /// <summary>Moves a row that cannot be believed out of the way.</summary>
    public static void SetAside(SqliteConnection connection, long id)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO damaged (found, hashes, folder, recorded, durable, partials, files)
                SELECT $found, hashes, folder.path, recorded, durable, partials, files
                FROM torrent JOIN folder ON folder.id = torrent.folder JOIN progress ON progress.torrent = torrent.id WHERE torrent.id = $id;
            DELETE FROM torrent WHERE id = $id;
            DELETE FROM damaged WHERE id <= (SELECT max(id) FROM damaged) - {MostDamaged};
            """;
        command.Parameters.AddWithValue("$found", DateTime.UtcNow.Ticks);
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    /// <summary>Forgets a torrent, in whatever folders.</summary>
    public static void Remove(SqliteConnection connection, InfoHashes hashes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            DELETE FROM torrent WHERE hashes = $hashes;
            DELETE FROM layer WHERE hashes = $hashes;
            DELETE FROM metadata WHERE hashes = $hashes;
            DELETE FROM remembered WHERE hashes = $hashes;
            DELETE FROM folder WHERE id NOT IN (SELECT folder FROM torrent) AND id NOT IN (SELECT folder FROM remembered);
            DELETE FROM trackers WHERE id NOT IN (SELECT trackers FROM remembered);
            """;
        command.Parameters.AddWithValue("$hashes", RecordCodec.Hashes(hashes));
        command.ExecuteNonQuery();
    }

    // A column may hold anything once the disk has altered it: numbers where bytes should be, text where numbers should be.
    private static ResumeRecord? Parse(SqliteDataReader row, InfoHashes hashes)
    {
        if (row[1] is not string directory || row[2] is not long pieces || row[3] is not long downloaded || row[4] is not long uploaded
            || row[5] is not string boot || row[6] is not byte[] recorded || row[7] is not byte[] durable || row[8] is not byte[] partials
            || row[9] is not byte[] files || row[10] is not byte[] digest || row[11] is not long saved)
        {
            return null;
        }

        long[] numbers = [pieces, downloaded, uploaded, saved];
        byte[] expected = RecordCodec.Digest(RecordCodec.Hashes(hashes), directory, boot, numbers, recorded, durable, partials, files);
        if (!digest.AsSpan().SequenceEqual(expected) || pieces is < 0 or > int.MaxValue)
            return null;
        List<PartialPieceRecord>? partialPieces = RecordCodec.ParsePartials(partials, (int)pieces);
        FileStamp[]? stamps = RecordCodec.ParseStamps(files);
        if (partialPieces is null || stamps is null || !Bitfield.TryParse(recorded, (int)pieces, out _) || !Bitfield.TryParse(durable, (int)pieces, out _))
            return null;
        return new ResumeRecord
        {
            Hashes = hashes,
            Directory = directory,
            PieceCount = (int)pieces,
            Recorded = recorded,
            Durable = durable,
            Partials = partialPieces,
            BootId = boot,
            SavedTicks = saved,
            Files = stamps,
            Downloaded = downloaded,
            Uploaded = uploaded,
            Seeded = new TimeSpan(row[12] is long seeded ? seeded : 0),
        };
    }
}
