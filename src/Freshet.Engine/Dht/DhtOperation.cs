using Freshet.Core;
using Freshet.Engine.Dht.Lookups;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>Something that was asked of the DHT, and how far it is. It may run over several nodes of ours at the same time.</summary>
public sealed class DhtOperation
{
    private readonly List<IDhtTask> _tasks = [];
    private readonly List<NodeContact> _closest = [];
    private readonly IDhtSink _sink;
    private int _open;
    private bool _isCancelled;

    internal DhtOperation(NodeId target, IDhtSink sink, MonoTime now)
    {
        Target = target;
        _sink = sink;
        StartedAt = now;
    }

    /// <summary>What is looked for.</summary>
    public NodeId Target { get; }

    /// <summary>When it was started.</summary>
    public MonoTime StartedAt { get; }

    /// <summary>When the first peer, item or answer that was looked for came.</summary>
    public MonoTime? FirstFoundAt { get; private set; }

    /// <summary>When it ended, or was cancelled.</summary>
    public MonoTime? EndedAt { get; private set; }

    /// <summary>Whether nothing more comes of it.</summary>
    public bool IsOver => EndedAt is not null;

    /// <summary>Nodes that were asked.</summary>
    public int Asked { get; internal set; }

    /// <summary>Nodes that answered.</summary>
    public int Answered { get; internal set; }

    /// <summary>Nodes that did not answer in time.</summary>
    public int Failed { get; internal set; }

    /// <summary>How many nodes told of each other to lead to the nearest ones: 1 where all of those were in our table.</summary>
    public int Hops { get; private set; }

    /// <summary>Peers found.</summary>
    public int PeersFound { get; internal set; }

    /// <summary>Nodes that have stored what was announced or put.</summary>
    public int Stored { get; internal set; }

    /// <summary>Nodes that refused to.</summary>
    public int Refused { get; internal set; }

    /// <summary>What the last one that refused said: a number of BEP 5 or 44, or 0.</summary>
    public long LastError { get; internal set; }

    /// <summary>The newest item found so far (BEP 44), or null.</summary>
    public DhtItem? Item { get; internal set; }

    /// <summary>Of a scrape: about how many seeds there are.</summary>
    public int Seeds { get; internal set; }

    /// <summary>Of a scrape: about how many there are that lack something.</summary>
    public int Downloaders { get; internal set; }

    /// <summary>The time from the question to the answer, of a ping.</summary>
    public TimeSpan? RoundTrip { get; internal set; }

    /// <summary>What the software of a node that was pinged calls itself: any 4 bytes, or empty.</summary>
    public ReadOnlyMemory<byte> Version { get; internal set; }

    /// <summary>The nodes nearest to the target that answered, nearest first; known when it has ended.</summary>
    public IReadOnlyList<NodeContact> Closest => _closest;

    /// <summary>Gives it up: nothing more is told, and what is under way comes to nothing.</summary>
    public void Cancel(MonoTime now)
    {
        if (IsOver)
            return;
        _isCancelled = true;
        EndedAt = now;
        foreach (IDhtTask task in _tasks.ToArray())
            task.Cancel(now);
    }

    internal void Add(IDhtTask task)
    {
        _tasks.Add(task);
        _open++;
    }

    internal void Found(MonoTime now) => FirstFoundAt ??= now;

    internal void Reached(NodeContact node, int hops)
    {
        _closest.Add(node);
        Hops = Math.Max(Hops, hops);
    }

    internal void TaskEnded(MonoTime now)
    {
        _open--;
        if (_open > 0 || _isCancelled)
            return;
        NodeId target = Target;
        _closest.Sort((a, b) => target.CompareDistance(a.Id, b.Id));
        EndedAt = now;
        _sink.Ended(this, now);
    }
}
