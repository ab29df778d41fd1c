using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>The look-ups of a node: some run, the others wait for their turn. Also what they start from while the table is empty.</summary>
internal sealed class LookupHost(DhtCore core, RoutingTable table, Queries queries)
{
    /// <summary>Look-ups at the same time: with alpha queries each, and some late ones, <see cref="Queries.MaxPending"/> is not reached.</summary>
    public const int MaxRunning = 64;

    /// <summary>Nodes known by address alone that are asked while the table is poor.</summary>
    public const int MaxRouters = 16;

    /// <summary>Nodes of an earlier run that are asked then.</summary>
    public const int MaxSaved = 128;

    private readonly HashSet<Lookup> _running = [];
    private readonly LinkedList<Lookup> _queued = new();
    private readonly List<NodeEndpoint> _routers = [];
    private readonly List<NodeContact> _saved = [];

    public DhtCore Core => core;

    public RoutingTable Table => table;

    public Queries Queries => queries;

    /// <summary>Look-ups that run or wait.</summary>
    public int Count => _running.Count + _queued.Count;

    /// <summary>Whether there is anything to start from.</summary>
    public bool KnowsAnybody => table.Count + _routers.Count + _saved.Count > 0;

    public void AddRouter(NodeEndpoint router)
    {
        if (router.IsUsable && router.Family == core.Family && _routers.Count < MaxRouters && !_routers.Contains(router))
            _routers.Add(router);
    }

    public void AddSaved(NodeContact node)
    {
        if (node.Endpoint.IsUsable && node.Endpoint.Family == core.Family && _saved.Count < MaxSaved)
            _saved.Add(node);
    }

    /// <summary>What was saved is in the table by now, or gone.</summary>
    public void ForgetSaved() => _saved.Clear();

    /// <summary>Nodes of an earlier run, where the table gives few.</summary>
    public IReadOnlyList<NodeContact> Saved(int known) => known < KademliaBucket<KnownNode>.Capacity ? _saved : [];

    /// <summary>Routers, where the table gives next to none: they serve everybody and are to be spared.</summary>
    public IReadOnlyList<NodeEndpoint> Routers(int known) => known < KademliaBucket<KnownNode>.Capacity / 2 ? _routers : [];

    /// <summary>Starts a look-up that its operation counts already, or has it wait for its turn.</summary>
    public void Start(Lookup lookup, MonoTime now)
    {
        if (lookup.Operation.IsOver)
            return;
        if (_running.Count < MaxRunning)
        {
            _running.Add(lookup);
            lookup.Begin(now);
        }
        else
        {
            _queued.AddLast(lookup);
        }
    }

    public void Ended(Lookup lookup, MonoTime now)
    {
        if (!_running.Remove(lookup))
        {
            _queued.Remove(lookup);
            return;
        }

        if (_queued.First is not { } first)
            return;
        _queued.RemoveFirst();
        _running.Add(first.Value);
        first.Value.Begin(now);
    }
}
