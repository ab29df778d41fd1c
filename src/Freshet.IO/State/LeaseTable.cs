using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Freshet.IO.State;

/// <summary>
/// The leases that this process holds in one state folder. Each process has one file there, locked by being open for as long as the process lives, and in it the
/// keys of what it holds: so that a hundred thousand torrents cost one handle and one lock. (A lock of the kernel's for each would be one list that it walks through
/// for each: minutes.) One table a folder and process. Thread-safe.
/// </summary>
internal sealed class LeaseTable
{
    public const string FolderName = "leases";

    /// <summary>Held while somebody looks who holds what and adds to it.</summary>
    private const string TurnName = "turn";

    private const string Extension = ".held";

    /// <summary>A key of <see cref="KeyBits"/> that is taken, or with <see cref="Released"/> given back: what was written last counts.</summary>
    private const int RecordLength = 16;

    /// <summary>How many more records than leases a file may have before it is written anew: 64 KiB.</summary>
    private const int MaxSpent = 4096;

    /// <summary>How long to wait for other processes' turns. Each takes milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, LeaseTable> Tables = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly HashSet<UInt128> _held = [];
    private long _records;

    private LeaseTable(string folder)
    {
        _folder = folder;
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}{Extension}"));

        // Others may read it, which is how they learn what is held; that they cannot have it alone tells them that we live.
        _file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    /// <summary>The bits of a key; 127: two torrents that share a key will not be met, and would only wait for each other.</summary>
    public static UInt128 KeyBits => UInt128.MaxValue >> 1;

    private static UInt128 Released => ~KeyBits;

    /// <summary>Takes what of some leases is free, in one turn.</summary>
    /// <param name="stateFolder">The state folder.</param>
    /// <param name="keys">The leases.</param>
    /// <param name="holders">For each the process that has it, or null: it is this table's now.</param>
    /// <returns>The table that <see cref="Release"/> is to be called on.</returns>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to it.</exception>
    public static LeaseTable Take(string stateFolder, ReadOnlySpan<UInt128> keys, Span<int?> holders)
    {
        string folder = Path.Combine(Path.GetFullPath(stateFolder), FolderName);
        lock (Gate)
        {
            Directory.CreateDirectory(folder);
            using FileStream turn = ExclusiveFile.Wait(Path.Combine(folder, TurnName), Patience);
            if (!Tables.TryGetValue(folder, out LeaseTable? table))
                Tables.Add(folder, table = new LeaseTable(folder));
            try
            {
                table.TakeFree(keys, holders);
            }
            finally
            {
                table.CloseIfEmpty();
            }

            return table;
        }
    }

    /// <summary>Gives a lease back. Needs no turn: it takes nothing from anybody.</summary>
    public void Release(UInt128 key)
    {
        lock (Gate)
        {
            if (!_held.Remove(key))
                return;
            if (_held.Count > 0)
                Append([key | Released]);
            CloseIfEmpty();
        }
    }

    private void TakeFree(ReadOnlySpan<UInt128> keys, Span<int?> holders)
    {
        var wanted = new Dictionary<UInt128, int?>(keys.Length);
        foreach (UInt128 key in keys)
            wanted[key] = _held.Contains(key) ? Environment.ProcessId : null;
        foreach (string other in Directory.EnumerateFiles(_folder, "*" + Extension))
        {
            if (other != _path && !TryDelete(other))
                LookInto(other, wanted);
        }

        var taken = new List<UInt128>();
        for (int i = 0; i < keys.Length; i++)
        {
            holders[i] = wanted[keys[i]];
            if (holders[i] is not null)
                continue;

            // The same one named twice is refused the second time.
            wanted[keys[i]] = Environment.ProcessId;
            taken.Add(keys[i]);
        }

        if (_records + taken.Count > (2 * _held.Count) + taken.Count + MaxSpent)
            WriteAnew();
        Append(CollectionsMarshal.AsSpan(taken));
        _held.UnionWith(taken);
    }

    /// <summary>Deletes the file of a process that is gone; false where it lives.</summary>
    private static bool TryDelete(string path)
    {
        try
        {
            // Nobody takes its name anew: that it is closed before it is deleted is no race.
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            File.Delete(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (IOException exception) when (ExclusiveFile.IsTaken(exception))
        {
            return false;
        }
    }

    /// <summary>Notes who holds what of that which is wanted.</summary>
    private static void LookInto(string path, Dictionary<UInt128, int?> wanted)
    {
        ReadOnlySpan<char> name = Path.GetFileName(path.AsSpan());
        int dash = name.IndexOf('-');
        if (dash < 0 || !int.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            return;
        byte[] bytes;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (FileNotFoundException)
        {
            // Its process has given everything back since.
            return;
        }

        foreach (UInt128 record in MemoryMarshal.Cast<byte, UInt128>(bytes.AsSpan(0, bytes.Length - (bytes.Length % RecordLength))))
        {
            if (wanted.ContainsKey(record & KeyBits))
                wanted[record & KeyBits] = (record & Released) == 0 ? process : null;
        }
    }

    private void WriteAnew()
    {
        RandomAccess.SetLength(_file, 0);
        _records = 0;
        Append(_held.ToArray());
    }

    private void Append(ReadOnlySpan<UInt128> records)
    {
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(records), _records * RecordLength);
        _records += records.Length;
    }

    private void CloseIfEmpty()
    {
        if (_held.Count > 0)
            return;
        Tables.Remove(_folder);
        File.Delete(_path);
        _file.Dispose();
    }
}
