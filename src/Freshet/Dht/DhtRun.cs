using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet;

/// <summary>Something that was asked of the DHT: collects what comes. On the loop's thread, but for <see cref="Done"/>.</summary>
/// <param name="found">Told of peers as they come; null: nobody.</param>
internal sealed class DhtRun(Action<IReadOnlyList<IPEndPoint>>? found) : IPeerSink, IItemSink, ISampleSink
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IPEndPoint> _peers = [];
    private readonly HashSet<InfoHash> _swarms = [];

    /// <summary>When it has ended, or was given up.</summary>
    public Task Done => _done.Task;

    public DhtOperation Operation { get; set; } = null!;

    public IReadOnlyList<IPEndPoint> Peers => _peers;

    public IReadOnlyList<InfoHash> Swarms => [.. _swarms];

    /// <summary>How many swarms the nodes say that they know.</summary>
    public long Known { get; private set; }

    /// <summary>Nobody waits any longer.</summary>
    public void Cancel(MonoTime now)
    {
        Operation.Cancel(now);
        _done.TrySetResult();
    }

    /// <summary>What all results have in common.</summary>
    public T Fill<T>(T result)
        where T : DhtLookup
        => result with
        {
            Hops = Operation.Hops,
            Asked = Operation.Asked,
            Answered = Operation.Answered,
            Failed = Operation.Failed,
            Stored = Operation.Stored,
            Refused = Operation.Refused,
            LastError = Operation.Refused > 0 ? Operation.LastError : null,
            Elapsed = (Operation.EndedAt ?? Operation.StartedAt) - Operation.StartedAt,
            FirstAfter = Operation.FirstFoundAt - Operation.StartedAt,
            Closest = [.. Operation.Closest.Select(static node => new DhtContact(node.Id.ToString(), node.Endpoint.ToIPEndPoint()))],
        };

    void IPeerSink.PeersFound(DhtOperation operation, IReadOnlyList<IPEndPoint> peers, MonoTime now)
    {
        _peers.AddRange(peers);
        found?.Invoke(peers);
    }

    void IItemSink.ItemFound(DhtOperation operation, DhtItem item, MonoTime now)
    {
        // The operation has it.
    }

    void ISampleSink.SwarmsFound(DhtOperation operation, NodeContact node, IReadOnlyList<InfoHash> swarms, long known, MonoTime now)
    {
        Known += known;
        _swarms.UnionWith(swarms);
    }

    void IDhtSink.Ended(DhtOperation operation, MonoTime now) => _done.TrySetResult();
}
