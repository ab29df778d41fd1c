using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>What remembered torrents may have in common, as rows of a table of <see cref="StateSchema"/> that is looked up by number; a row takes some 30 bytes, with its index.</summary>
internal static class MarkRows
{
    /// <summary>Keeps the marks of torrents that are remembered.</summary>
    public static void Put(SqliteConnection connection, IReadOnlyList<RememberedEntry> torrents)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT OR IGNORE INTO mark (mark, remembered) VALUES ($mark, (SELECT id FROM remembered WHERE hashes = $hashes))";
        SqliteParameter mark = command.Parameters.Add("$mark", SqliteType.Integer);
        SqliteParameter hashes = command.Parameters.Add("$hashes", SqliteType.Blob);
        foreach (RememberedEntry entry in torrents)
        {
            hashes.Value = RecordCodec.Hashes(entry.Torrent.Hashes);
            foreach (long number in entry.Torrent.Marks)
            {
                mark.Value = number;
                command.ExecuteNonQuery();
            }
        }
    }

    /// <summary>The torrents that have any of some marks, in the order of the marks.</summary>
    public static IReadOnlyList<InfoHashes> Find(SqliteConnection connection, IReadOnlyList<long> marks, int most)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT hashes FROM mark JOIN remembered ON remembered.id = mark.remembered WHERE mark = $mark LIMIT $most";
        SqliteParameter mark = command.Parameters.Add("$mark", SqliteType.Integer);
        command.Parameters.AddWithValue("$most", most);
        var found = new List<InfoHashes>();
        foreach (long number in marks)
        {
            mark.Value = number;
            using SqliteDataReader row = command.ExecuteReader();
            while (found.Count < most && row.Read())
            {
                if (row[0] is byte[] bytes && TryParse(bytes) is { } hashes && !found.Contains(hashes))
                    found.Add(hashes);
            }
        }

        return found;
    }

    private static InfoHashes? TryParse(byte[] bytes)
    {
        try
        {
            return RecordCodec.ParseHashes(bytes);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or ArgumentException)
        {
            // The disk has altered it: one that is not found is fetched from peers.
            return null;
        }
    }
}
