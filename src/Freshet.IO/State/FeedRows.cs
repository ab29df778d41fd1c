using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Feeds that are followed or published, a row for each and its folder.</summary>
internal static class FeedRows
{
    /// <summary>Puts a feed in the place of what was known of it.</summary>
    public static void Put(SqliteConnection connection, FeedRecord feed)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO feed (target, folder, sequence, value, signature, present, coming)
                VALUES ($target, $folder, $sequence, $value, $signature, $present, $coming)
                ON CONFLICT (target, folder) DO UPDATE SET sequence = excluded.sequence, value = excluded.value, signature = excluded.signature,
                    present = excluded.present, coming = excluded.coming;
            """;
        command.Parameters.AddWithValue("$target", feed.Target.Value.Bytes.ToArray());
        command.Parameters.AddWithValue("$folder", feed.Directory);
        command.Parameters.AddWithValue("$sequence", feed.Sequence);
        command.Parameters.AddWithValue("$value", feed.Value.ToArray());
        command.Parameters.AddWithValue("$signature", feed.Signature.ToArray());
        command.Parameters.AddWithValue("$present", feed.Present.ToArray());
        command.Parameters.AddWithValue("$coming", feed.Coming.ToArray());
        command.ExecuteNonQuery();
    }

    /// <summary>What is known of a feed, or null.</summary>
    public static FeedRecord? Get(SqliteConnection connection, InfoHash target, string directory)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, value, signature, present, coming FROM feed WHERE target = $target AND folder = $folder;";
        command.Parameters.AddWithValue("$target", target.Value.Bytes.ToArray());
        command.Parameters.AddWithValue("$folder", directory);
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read() || row[0] is not long sequence || row[1] is not byte[] value || row[2] is not byte[] signature || row[3] is not byte[] present || row[4] is not byte[] coming)
            return null;
        return new FeedRecord { Target = target, Directory = directory, Sequence = sequence, Value = value, Signature = signature, Present = present, Coming = coming };
    }
}
