using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.State;

/// <summary>
/// Records in memory only, for machines without SQLite and for sessions that shall leave no trace: the next start checks what is on disk.
/// </summary>
public sealed class VolatileStateStore : IStateStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(InfoHashes Hashes, string Directory), ResumeRecord> _records = [];

    /// <inheritdoc/>
    public string BootId { get; } = BootIdentity.Read();

    /// <inheritdoc/>
    public ResumeRecord? Load(InfoHashes hashes)
    {
        lock (_gate)
            return _records.Values.LastOrDefault(record => record.Hashes == hashes);
    }

    /// <inheritdoc/>
    public ResumeRecord? Load(InfoHashes hashes, string directory)
    {
        lock (_gate)
            return _records.GetValueOrDefault((hashes, directory));
    }

    /// <inheritdoc/>
    public void Save(IReadOnlyList<ResumeRecord> records)
    {
        lock (_gate)
        {
            foreach (ResumeRecord record in records)
            {
                // Taken out first, so that the latest is the last.
                _records.Remove((record.Hashes, record.Directory));
                _records.Add((record.Hashes, record.Directory), record with { BootId = BootId, SavedTicks = DateTimeOffset.UtcNow.UtcTicks });
            }
        }
    }

    /// <inheritdoc/>
    public void Remove(InfoHashes hashes)
    {
        lock (_gate)
        {
            foreach (var key in _records.Keys.Where(key => key.Hashes == hashes).ToArray())
                _records.Remove(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing to close.
    }
}
