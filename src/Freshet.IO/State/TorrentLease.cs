using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Freshet.Core;

namespace Freshet.IO.State;

/// <summary>
/// The right to write one torrent's data in one folder: held by one process at a time, given back by the kernel however the process ends.
/// Different torrents, and one torrent in different folders, do not hinder each other.
/// </summary>
public sealed class TorrentLease : IDisposable
{
    private readonly LeaseTable _table;
    private readonly UInt128 _key;

    private TorrentLease(LeaseTable table, UInt128 key)
    {
        _table = table;
        _key = key;
    }

    /// <summary>Takes the lease, or says who has it.</summary>
    /// <param name="stateFolder">The state folder that the processes share.</param>
    /// <param name="hashes">The torrent.</param>
    /// <param name="directory">The folder that its data is in.</param>
    /// <param name="lease">The lease; dispose it to give it back.</param>
    /// <param name="holder">The process that has the lease.</param>
    /// <exception cref="IOException">The state folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to the state folder.</exception>
    public static bool TryAcquire(
        string stateFolder, InfoHashes hashes, string directory, [NotNullWhen(true)] out TorrentLease? lease, out int? holder)
    {
        (lease, holder) = AcquireAll(stateFolder, [(hashes, directory)])[0];
        return lease is not null;
    }

    /// <summary>Takes many leases at once, as far as they are free.</summary>
    /// <param name="stateFolder">The state folder that the processes share.</param>
    /// <param name="torrents">The torrents, and the folder that the data of each is in.</param>
    /// <returns>For each its lease, or the process that has it.</returns>
    /// <exception cref="IOException">The state folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to the state folder.</exception>
    public static (TorrentLease? Lease, int? Holder)[] AcquireAll(string stateFolder, IReadOnlyList<(InfoHashes Hashes, string Directory)> torrents)
    {
        var folders = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var keys = new UInt128[torrents.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            // Folders are few and torrents many.
            (InfoHashes hashes, string directory) = torrents[i];
            if (!folders.TryGetValue(directory, out byte[]? folder))
                folders.Add(directory, folder = Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))));
            keys[i] = KeyOf(hashes, folder);
        }

        var holders = new int?[keys.Length];
        LeaseTable table = LeaseTable.Take(stateFolder, keys, holders);
        return [.. keys.Select((key, i) => (holders[i] is null ? new TorrentLease(table, key) : null, holders[i]))];
    }

    /// <summary>Gives the lease back.</summary>
    public void Dispose() => _table.Release(_key);

    private static UInt128 KeyOf(InfoHashes hashes, ReadOnlySpan<byte> folder)
    {
        byte[] name = [.. RecordCodec.Hashes(hashes), .. folder];
        return BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(name)) & LeaseTable.KeyBits;
    }
}
