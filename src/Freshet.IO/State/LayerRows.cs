using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Piece layers that peers have given (BEP 52), a row each. No digest is kept with them: whoever reads them holds them against their roots.</summary>
internal static class LayerRows
{
    /// <summary>Adds the layers that are not there yet.</summary>
    public static void Put(SqliteConnection connection, byte[] hashes, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        // Every record brings all of them: where as many are there, nothing is to be done.
        using SqliteCommand count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM layer WHERE hashes = $hashes;";
        count.Parameters.AddWithValue("$hashes", hashes);
        if ((long)count.ExecuteScalar()! >= layers.Count)
            return;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO layer (hashes, root, nodes) VALUES ($hashes, $root, $nodes) ON CONFLICT DO NOTHING;";
        command.Parameters.AddWithValue("$hashes", hashes);
        SqliteParameter root = command.Parameters.Add("$root", SqliteType.Blob);
        SqliteParameter nodes = command.Parameters.Add("$nodes", SqliteType.Blob);
        foreach ((Sha256Hash key, ReadOnlyMemory<byte> layer) in layers)
        {
            root.Value = key.Bytes.ToArray();
            nodes.Value = layer.ToArray();
            command.ExecuteNonQuery();
        }
    }

    /// <summary>The layers of a torrent; rows that the disk has altered out of shape are left out.</summary>
    public static IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Get(SqliteConnection connection, byte[] hashes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT root, nodes FROM layer WHERE hashes = $hashes ORDER BY id;";
        command.Parameters.AddWithValue("$hashes", hashes);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            if (row[0] is byte[] { Length: Sha256Hash.Length } root && row[1] is byte[] nodes)
                layers[new Sha256Hash(root)] = nodes;
        }

        return layers;
    }
}
