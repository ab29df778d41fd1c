using Freshet.Abstractions;
using Freshet.Core;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.State;

/// <summary>
/// Resume records in an SQLite file that several processes may share: see <c>docs/state.md</c>. A file that cannot be read is set aside under another name
/// and a new one begun; nothing is ever wiped. Thread-safe.
/// </summary>
public sealed class SqliteStateStore : IStateStore
{
    /// <summary>The file's name in the state folder.</summary>
    public const string FileName = "state.db";

    private const string LockName = "state.lock";

    /// <summary>How long to wait for another process that is writing. Its transactions take milliseconds.</summary>
    private const int BusySeconds = 5;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly Dictionary<(InfoHashes Hashes, string Directory), ReadOnlyMemory<byte>> _durable = [];
    private SqliteConnection _connection;
    private bool _isWal;
    private bool _isNew;
    private bool? _syncsEachCommit;

    private SqliteStateStore(string folder)
    {
        _folder = folder;
        _connection = OpenOrSetAside();
    }

    /// <inheritdoc/>
    public string BootId { get; } = BootIdentity.Read();

    /// <inheritdoc/>
    public IPeerCache Peers => new SqlitePeerCache(this, TimeProvider.System);

    /// <summary>What the user should know, for instance that a damaged file was set aside; or null.</summary>
    public string? Warning { get; private set; }

    /// <summary>For tests: SQLite's setting, 2 where a commit waits for the device, 1 where it does not.</summary>
    internal long Synchronous => StateSchema.Number(_connection, "PRAGMA synchronous");

    private string FilePath => Path.Combine(_folder, FileName);

    /// <summary>Opens the store in a folder, makes both where they are not there, and brings the schema up to date.</summary>
    /// <exception cref="StateStoreException">The file was written by a newer version, or cannot be opened.</exception>
    /// <exception cref="DllNotFoundException">SQLite is not installed.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public static SqliteStateStore Open(string folder)
    {
        SqliteLibrary.Load();
        Directory.CreateDirectory(folder);
        return new SqliteStateStore(Path.GetFullPath(folder));
    }

    /// <inheritdoc/>
    public ResumeRecord? Load(InfoHashes hashes) => Find(hashes, null);

    /// <inheritdoc/>
    public ResumeRecord? Load(InfoHashes hashes, string directory) => Find(hashes, directory);

    /// <inheritdoc/>
    public void Save(IReadOnlyList<ResumeRecord> records)
    {
        lock (_gate)
        {
            Guarded(() =>
            {
                // What fdatasync has confirmed must survive a power cut too, or it is all hashed again after it; the rest only a kill.
                SyncEachCommit(records.Any(DurableChanged));
                StateSchema.InTransaction(_connection, () =>
                {
                    foreach (ResumeRecord record in records)
                        StateRows.Put(_connection, record, BootId);
                });
                return true;
            });
            foreach (ResumeRecord record in records)
                _durable[(record.Hashes, record.Directory)] = record.Durable;
        }
    }

    /// <inheritdoc/>
    public void Remove(InfoHashes hashes)
    {
        Write(() =>
        {
            StateRows.Remove(_connection, hashes);
            SwarmRows.Remove(_connection, hashes);
        });
    }

    /// <inheritdoc/>
    public bool Remember(IReadOnlyList<RememberedEntry> torrents)
    {
        Write(() =>
        {
            RememberedRows.Put(_connection, torrents);
            MarkRows.Put(_connection, torrents);
        });
        return true;
    }

    /// <inheritdoc/>
    public void Change(IReadOnlyList<RememberedChange> changes) => Write(() => RememberedRows.Change(_connection, changes));

    /// <inheritdoc/>
    public void Save(SavedNodes nodes) => Write(() => NodeRows.Put(_connection, nodes));

    /// <inheritdoc/>
    public SavedNodes LoadNodes()
    {
        lock (_gate)
            return Guarded(() => NodeRows.Get(_connection));
    }

    /// <inheritdoc/>
    public void Save(FeedRecord feed) => Write(() => FeedRows.Put(_connection, feed));

    /// <inheritdoc/>
    public FeedRecord? LoadFeed(InfoHash target, string directory)
    {
        lock (_gate)
            return Guarded(() => FeedRows.Get(_connection, target, directory));
    }

    /// <inheritdoc/>
    public IReadOnlyList<RememberedTorrent> LoadRemembered()
    {
        lock (_gate)
            return Guarded(() => RememberedRows.All(_connection));
    }

    /// <inheritdoc/>
    public IReadOnlyList<InfoHashes> FindRelatives(IReadOnlyList<long> marks, int most)
    {
        lock (_gate)
            return Guarded(() => MarkRows.Find(_connection, marks, most));
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? LoadMetainfo(InfoHashes hashes)
    {
        lock (_gate)
        {
            // Said in words: a bare null would become the empty memory of a null array.
            byte[]? torrent = Guarded(() => RememberedRows.Metainfo(_connection, hashes));
            return torrent is null ? default(ReadOnlyMemory<byte>?) : torrent;
        }
    }

    /// <inheritdoc/>
    public void KeepMetadata(InfoHashes hashes, ReadOnlyMemory<byte> info) => Write(() => MetadataRows.Put(_connection, RecordCodec.Hashes(hashes), info));

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? LoadMetadata(InfoHashes hashes)
    {
        lock (_gate)
        {
            byte[]? info = Guarded(() => MetadataRows.Get(_connection, RecordCodec.Hashes(hashes)));
            return info is null ? default(ReadOnlyMemory<byte>?) : info;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _connection.Dispose();
    }

    /// <summary>Reads rows.</summary>
    internal T Read<T>(Func<SqliteConnection, T> rows)
    {
        lock (_gate)
            return Guarded(() => rows(_connection));
    }

    /// <summary>Writes rows, all or none.</summary>
    internal void Write(Action<SqliteConnection> rows) => Write(() => rows(_connection));

    private static bool IsCorrupt(SqliteException exception)
    {
        // SQLITE_CORRUPT, SQLITE_NOTADB; damage that SQLite does not see as such ends as SQLITE_ERROR ("no such table") or SQLITE_CONSTRAINT.
        return exception.SqliteErrorCode is 11 or 26 or 1 or 19;
    }

    private void Write(Action action)
    {
        lock (_gate)
        {
            Guarded(() =>
            {
                StateSchema.InTransaction(_connection, action);
                return true;
            });
        }
    }

    private bool DurableChanged(ResumeRecord record)
        => !_durable.TryGetValue((record.Hashes, record.Directory), out ReadOnlyMemory<byte> kept) || !kept.Span.SequenceEqual(record.Durable.Span);

    private void SyncEachCommit(bool sync)
    {
        // Without a write-ahead log a commit that is not synced may destroy the file.
        sync |= !_isWal;
        if (_syncsEachCommit == sync)
            return;
        StateSchema.Execute(_connection, sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        _syncsEachCommit = sync;
    }

    private ResumeRecord? Find(InfoHashes hashes, string? directory)
    {
        lock (_gate)
        {
            try
            {
                return Guarded(() => FindOrSetAside(hashes, directory));
            }
            catch (SqliteException exception)
            {
                // Busy, full, unreadable: what is not known is checked.
                Warning = $"The state file {FilePath} cannot be read ({exception.Message}); data on disk will be checked again.";
                return null;
            }
        }
    }

    private ResumeRecord? FindOrSetAside(InfoHashes hashes, string? directory)
    {
        ResumeRecord? record = StateRows.Get(_connection, hashes, directory, out long? damaged);
        if (damaged is { } id)
            StateSchema.InTransaction(_connection, () => StateRows.SetAside(_connection, id));

        return record;
    }

    // Runs something on the file. Where the file turns out to be damaged: again on what another process has put in its place meanwhile,
    // or else on a new one.
    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception) when (IsCorrupt(exception))
        {
            Reopen(replace: false);
        }

        try
        {
            return action();
        }
        catch (SqliteException exception) when (IsCorrupt(exception) && !_isNew)
        {
            // It looks sound but cannot be worked with. Once only: a new file that fails in the same way would not be helped by another.
            Reopen(replace: true);
            return action();
        }
    }

    private void Reopen(bool replace)
    {
        _durable.Clear();
        _connection.Dispose();
        _connection = OpenOrSetAside(checkFirst: true, replace);
    }

    private SqliteConnection OpenOrSetAside(bool checkFirst = false, bool replace = false)
    {
        // One process at a time: another may be upgrading the file, or setting it aside.
        using FileStream alone = ExclusiveFile.Wait(Path.Combine(_folder, LockName), TimeSpan.FromSeconds(BusySeconds));
        if (!replace && TryOpen(checkFirst) is { } connection)
            return connection;
        string aside = SetAside();
        Warning = $"The state file {FilePath} was damaged and is now {aside}; data on disk will be checked again.";
        _isNew = true;
        return TryOpen(checkFirst: false) ?? throw new StateStoreException($"No state file can be made at {FilePath}.");
    }

    private SqliteConnection? TryOpen(bool checkFirst)
    {
        string source = new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false, DefaultTimeout = BusySeconds }.ToString();
        var connection = new SqliteConnection(source);
        bool opened = false;
        try
        {
            connection.Open();
            StateSchema.Execute(connection, $"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA foreign_keys = ON");
            using (SqliteCommand mode = connection.CreateCommand())
            {
                mode.CommandText = "PRAGMA journal_mode = WAL";
                _isWal = mode.ExecuteScalar() is "wal";
            }

            _syncsEachCommit = null;
            opened = StateSchema.TryUpgrade(connection, FilePath) && (!checkFirst || IsSound(connection));
            return opened ? connection : null;
        }
        catch (SqliteException exception) when (IsCorrupt(exception))
        {
            return null;
        }
        catch (SqliteException exception)
        {
            throw new IOException($"{FilePath}: {exception.Message}", exception);
        }
        finally
        {
            if (!opened)
                connection.Dispose();
        }
    }

    private static bool IsSound(SqliteConnection connection)
    {
        StateSchema.Probe(connection);
        using SqliteCommand check = connection.CreateCommand();
        check.CommandText = "PRAGMA quick_check(1)";
        return check.ExecuteScalar() is "ok" && StateSchema.Number(connection, "SELECT count(*) FROM pragma_foreign_key_check") == 0;
    }

    private string SetAside()
    {
        for (int number = 1; ; number++)
        {
            string aside = $"{FilePath}.corrupt-{number}";
            if (File.Exists(aside))
                continue;

            // The log goes with its file: a new file must never be given an old one's log.
            foreach (string suffix in (string[])["-wal", "-shm", ""])
            {
                if (File.Exists(FilePath + suffix))
                    File.Move(FilePath + suffix, aside + suffix);
            }

            return aside;
        }
    }
}
