using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>The peers of a swarm as a row: each with its length before it, 6 bytes or 18.</summary>
internal static class SwarmRows
{
    /// <summary>Puts peers in the place of those before.</summary>
    public static void Put(SqliteConnection connection, CachedSwarm swarm, long now)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO swarm (hash, saved, peers) VALUES ($hash, $saved, $peers)
                ON CONFLICT (hash) DO UPDATE SET saved = excluded.saved, peers = excluded.peers;
            """;
        command.Parameters.AddWithValue("$hash", swarm.Swarm.Value.Bytes.ToArray());
        command.Parameters.AddWithValue("$saved", now);
        command.Parameters.AddWithValue("$peers", Write(swarm.Peers));
        command.ExecuteNonQuery();
    }

    /// <summary>The peers of a swarm, unless they are older than that; none where the disk has altered the row.</summary>
    public static IReadOnlyList<IPEndPoint> Get(SqliteConnection connection, InfoHash swarm, long oldest)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT peers FROM swarm WHERE hash = $hash AND saved >= $oldest;";
        command.Parameters.AddWithValue("$hash", swarm.Value.Bytes.ToArray());
        command.Parameters.AddWithValue("$oldest", oldest);
        return command.ExecuteScalar() is byte[] peers ? Read(peers) : [];
    }

    /// <summary>Forgets what is too old, and beyond the most that are kept the oldest.</summary>
    public static void Prune(SqliteConnection connection, long oldest, int most)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            DELETE FROM swarm WHERE saved < $oldest;
            DELETE FROM swarm WHERE hash IN (SELECT hash FROM swarm ORDER BY saved DESC LIMIT -1 OFFSET $most);
            """;
        command.Parameters.AddWithValue("$oldest", oldest);
        command.Parameters.AddWithValue("$most", most);
        command.ExecuteNonQuery();
    }

    /// <summary>Forgets the peers of a torrent.</summary>
    public static void Remove(SqliteConnection connection, InfoHashes hashes)
    {
        foreach (InfoHash swarm in hashes.Swarms)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "DELETE FROM swarm WHERE hash = $hash;";
            command.Parameters.AddWithValue("$hash", swarm.Value.Bytes.ToArray());
            command.ExecuteNonQuery();
        }
    }

    private static byte[] Write(IReadOnlyList<IPEndPoint> peers)
    {
        byte[] bytes = new byte[IPeerCache.MaxPeers * (1 + CompactEndpoint.IPv6Length)];
        int length = 0;
        foreach (IPEndPoint peer in peers.Take(IPeerCache.MaxPeers))
        {
            int used = CompactEndpoint.Write(peer, bytes.AsSpan(length + 1));
            bytes[length] = (byte)used;
            length += 1 + used;
        }

        return bytes[..length];
    }

    private static List<IPEndPoint> Read(ReadOnlySpan<byte> bytes)
    {
        var peers = new List<IPEndPoint>();
        while (bytes.Length > 1 && bytes[0] < bytes.Length && peers.Count < IPeerCache.MaxPeers)
        {
            if (CompactEndpoint.TryRead(bytes[1..(1 + bytes[0])], out IPEndPoint? peer))
                peers.Add(peer);
            bytes = bytes[(1 + bytes[0])..];
        }

        return peers;
    }
}
