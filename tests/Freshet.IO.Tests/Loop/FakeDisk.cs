using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Loop;

namespace Freshet.IO.Tests.Loop;

/// <summary>Disk workers and a state writer that finish things when the test says so.</summary>
internal sealed class FakeDisk : IDiskQueue, IStateQueue
{
    private Action<DiskJob>? _completed;
    private Action<long, string?>? _saved;

    public List<DiskJob> Jobs { get; } = [];

    public List<long> Tickets { get; } = [];

    public TaskCompletionSource Hurried { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Start(Action<DiskJob> completed) => _completed = completed;

    public void Start(Action<long, string?> saved) => _saved = saved;

    public void OpenStorage(StorageLocation location)
    {
    }

    public int ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap) => 0;

    public void Submit(DiskJob job) => Jobs.Add(job);

    public void Save(ResumeRecord record, long ticket) => Tickets.Add(ticket);

    public void Hurry() => Hurried.TrySetResult();

    public void Complete(DiskJob job) => _completed!(job);

    public void Saved(long ticket) => _saved!(ticket, null);
}
