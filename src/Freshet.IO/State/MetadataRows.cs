using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Info dictionaries that came from peers, a row each. No digest is kept with them: whoever reads them holds them against their hashes.</summary>
internal static class MetadataRows
{
    /// <summary>Torrents whose metadata is kept; the oldest goes. Nobody removes a torrent from a download that ended, and metadata has some 50 KiB.</summary>
    private const int MostKept = 500;

    /// <summary>Bytes of metadata that are kept in all: four of the largest, or a thousand of usual size.</summary>
    private const long MostBytes = 4L * MetadataPieces.MaxSize;

    /// <summary>Keeps the metadata of a torrent, as the newest.</summary>
    public static void Put(SqliteConnection connection, byte[] hashes, ReadOnlyMemory<byte> info)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT OR REPLACE INTO metadata (hashes, info) VALUES ($hashes, $info);
            DELETE FROM metadata WHERE id <= (SELECT max(id) FROM metadata) - {MostKept};
            DELETE FROM metadata WHERE id IN (SELECT id FROM (SELECT id, sum(length(info)) OVER (ORDER BY id DESC) AS total FROM metadata) WHERE total > {MostBytes})
                AND id < (SELECT max(id) FROM metadata);
            """;
        command.Parameters.AddWithValue("$hashes", hashes);
        command.Parameters.AddWithValue("$info", info.ToArray());
        command.ExecuteNonQuery();
    }

    /// <summary>The metadata of a torrent, or null.</summary>
    public static byte[]? Get(SqliteConnection connection, byte[] hashes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT info FROM metadata WHERE hashes = $hashes";
        command.Parameters.AddWithValue("$hashes", hashes);
        return command.ExecuteScalar() as byte[];
    }
}
