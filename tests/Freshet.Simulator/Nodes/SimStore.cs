using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Nodes;

/// <summary>The state store of one node: keeps the last record of each torrent, outlives the process.</summary>
public sealed class SimStore(SimWorld world)
{
    private readonly Dictionary<Sha1Hash, ResumeRecord> _records = [];
    private int _boots = 1;

    /// <summary>This boot of the simulated machine.</summary>
    public string BootId => $"boot-{_boots}";

    /// <summary>The nodes of the DHT that were kept last.</summary>
    public SavedNodes Nodes { get; internal set; } = SavedNodes.None;

    /// <summary>What each save answers; null is success.</summary>
    public string? Failure { get; set; }

    /// <summary>How long a save takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The machine starts anew.</summary>
    public void Reboot() => _boots++;

    /// <summary>The record of a torrent, or null.</summary>
    public ResumeRecord? Load(InfoHashes hashes) => _records.GetValueOrDefault(hashes.Primary.Value);

    internal void Save(ResumeRecord record, Func<bool> alive, Action<string?> done) => world.After(Latency, () =>
    {
        if (!alive())
            return;
        if (Failure is null)
            _records[record.Hashes.Primary.Value] = record with { BootId = BootId, SavedTicks = world.Now.Nanoseconds / 100 };
        done(Failure);
    });
}
