using Freshet.Abstractions;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>Nodes of the DHT, a row for each address family. Processes that share the file write over each other's: any of their nodes will do.</summary>
internal static class NodeRows
{
    /// <summary>More bytes than a routing table of the DHT has; what the disk has altered is not taken in at any length.</summary>
    private const int MaxBytes = 64 * 1024;

    public static void Put(SqliteConnection connection, SavedNodes nodes)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO node (family, contacts) VALUES (4, $four), (6, $six);";
        command.Parameters.AddWithValue("$four", nodes.IPv4.ToArray());
        command.Parameters.AddWithValue("$six", nodes.IPv6.ToArray());
        command.ExecuteNonQuery();
    }

    public static SavedNodes Get(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT family, contacts FROM node ORDER BY family;";
        SavedNodes nodes = SavedNodes.None;
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            if (row[1] is not byte[] { Length: <= MaxBytes } contacts)
                continue;
            nodes = row[0] switch
            {
                4L => nodes with { IPv4 = contacts },
                6L => nodes with { IPv6 = contacts },
                _ => nodes,
            };
        }

        return nodes;
    }
}
