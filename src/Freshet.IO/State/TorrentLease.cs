using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Freshet.Core;
using Freshet.IO.Native;

namespace Freshet.IO.State;

/// <summary>
/// The right to write one torrent's data in one folder: held by one process at a time, given back by the kernel however the process ends.
/// Different torrents, and one torrent in different folders, do not hinder each other.
/// </summary>
public sealed class TorrentLease : IDisposable
{
    private readonly LeaseTable? _table;
    private readonly long _number;
    private readonly FileStream? _lock;
    private readonly string? _holderPath;

    private TorrentLease(LeaseTable table, long number)
    {
        _table = table;
        _number = number;
    }

    private TorrentLease(FileStream locked, string holderPath)
    {
        _lock = locked;
        _holderPath = holderPath;
    }

    /// <summary>Takes the lease, or says who has it.</summary>
    /// <param name="stateFolder">The state folder that the processes share.</param>
    /// <param name="hashes">The torrent.</param>
    /// <param name="directory">The folder that its data is in.</param>
    /// <param name="lease">The lease; dispose it to give it back.</param>
    /// <param name="holder">The process that has the lease, where it is known.</param>
    /// <exception cref="IOException">The state folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to the state folder.</exception>
    public static bool TryAcquire(
        string stateFolder, InfoHashes hashes, string directory, [NotNullWhen(true)] out TorrentLease? lease, out int? holder)
    {
        if (!FileCalls.IsSupported)
            return TryAcquireFile(stateFolder, hashes, directory, out lease, out holder);
        Directory.CreateDirectory(stateFolder);

        // 62 bits: two torrents that share a number will not be met, and would only wait for each other.
        long number = BinaryPrimitives.ReadInt64LittleEndian(KeyOf(hashes, directory)) & (long.MaxValue >> 1);
        lease = LeaseTable.TryTake(stateFolder, number, out holder) is { } table ? new TorrentLease(table, number) : null;
        if (lease is null)
            return false;
        holder = null;
        return true;
    }

    /// <summary>Gives the lease back.</summary>
    public void Dispose()
    {
        _table?.Release(_number);
        if (_lock is null)
            return;
        try
        {
            File.Delete(_holderPath!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A number left behind is replaced by the next holder's.
        }

        // The lock's file stays: to delete it is to race with someone who has just opened it.
        _lock.Dispose();
    }

    /// <summary>Where there are no locks on bytes that name their holder: a file for each lease, and its holder's number beside it.</summary>
    private static bool TryAcquireFile(
        string stateFolder, InfoHashes hashes, string directory, [NotNullWhen(true)] out TorrentLease? lease, out int? holder)
    {
        lease = null;
        holder = null;
        string folder = Path.Combine(stateFolder, "leases");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Convert.ToHexStringLower(KeyOf(hashes, directory).AsSpan(0, 16)));
        string holderPath = path + ".pid";
        if (ExclusiveFile.TryOpen(path + ".lock") is not { } locked)
        {
            holder = ReadHolder(holderPath);
            return false;
        }

        try
        {
            File.WriteAllText(holderPath, Environment.ProcessId.ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The number is only there to be shown; the lock is what counts.
        }

        lease = new TorrentLease(locked, holderPath);
        return true;
    }

    private static byte[] KeyOf(InfoHashes hashes, string directory)
        => SHA256.HashData(Encoding.UTF8.GetBytes($"{hashes}\n{Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))}"));

    private static int? ReadHolder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path), out int pid) ? pid : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
