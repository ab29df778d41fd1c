using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Http;
using Freshet.IO.Network;
using Freshet.IO.Pumps;
using Freshet.IO.Udp;

namespace Freshet.IO.Loop;

/// <summary>Takes each of the engine's effects to whoever carries it out, and counts what is still out. Used by the loop's thread alone.</summary>
internal sealed class EffectRouter : IEngineEffects
{
    private readonly LoopInbox _inbox;
    private readonly IPumpSet _pumps;
    private readonly IDiskQueue _disk;
    private readonly IStateQueue _state;
    private readonly HttpExchanger _http;
    private readonly NameResolver _resolver;
    private readonly UdpEndpoints _udp;
    private readonly LocalDiscoverySockets? _local;
    private readonly IEngineListener? _listener;
    private int _jobsOut;
    private long _lastTicket;
    private long _hurriedTo;

    public EffectRouter(
        LoopInbox inbox,
        IPumpSet pumps,
        IDiskQueue disk,
        IStateQueue state,
        HttpExchanger http,
        NameResolver resolver,
        UdpEndpoints udp,
        LocalDiscoverySockets? local,
        IEngineListener? listener)
    {
        _inbox = inbox;
        _pumps = pumps;
        _disk = disk;
        _state = state;
        _http = http;
        _resolver = resolver;
        _udp = udp;
        _local = local;
        _listener = listener;
    }

    /// <summary>What waits for the hash workers.</summary>
    public HashBacklog Backlog { get; } = new();

    /// <summary>HTTP exchanges under way.</summary>
    public int FetchesOut { get; set; }

    /// <summary>The last ticket whose records are kept, or were given up.</summary>
    public long SavedUpTo { get; set; }

    /// <summary>Whether all jobs are done and all records kept.</summary>
    public bool IsStored => _jobsOut == 0 && SavedUpTo >= _lastTicket;

    /// <summary>Whether nothing at all is out.</summary>
    public bool IsQuiet => IsStored && FetchesOut == 0;

    /// <summary>Has the answers of disk and state come to the inbox.</summary>
    public void Start()
    {
        _disk.Start(_inbox.Post);
        _state.Start((ticket, error) => _inbox.Post(new SavedTicket(ticket, error)));
    }

    /// <inheritdoc/>
    public void HurryState()
    {
        if (SavedUpTo >= _lastTicket || _hurriedTo == _lastTicket)
            return;
        _hurriedTo = _lastTicket;
        _state.Hurry();
    }

    /// <inheritdoc/>
    public void Send(in PeerCommand command) => _pumps.Send(command);

    /// <inheritdoc/>
    public void OpenStorage(StorageLocation location) => _disk.OpenStorage(location);

    /// <inheritdoc/>
    public void Submit(DiskJob job)
    {
        _jobsOut++;
        Backlog.Add(job);
        _disk.Submit(job);
    }

    /// <summary>A job is done and about to be the engine's again.</summary>
    public void TakeBack(DiskJob job)
    {
        _jobsOut--;
        Backlog.Remove(job);
    }

    /// <inheritdoc/>
    public void Fetch(HttpFetch fetch)
    {
        FetchesOut++;
        _http.Fetch(fetch, _inbox.Post);
    }

    /// <inheritdoc/>
    public void Resolve(ResolveRequest request)
        => _resolver.Resolve(request.Host, name => _inbox.Post(new ResolveResult(request.Id, name.Addresses, name.Error)));

    /// <inheritdoc/>
    public void SendDatagram(in Datagram datagram)
    {
        if (_local is { } local && local.IsMeant(datagram))
            local.Send(datagram);
        else
            _udp.Send(datagram);
    }

    /// <inheritdoc/>
    public void Save(ResumeRecord record, long ticket)
    {
        _lastTicket = Math.Max(_lastTicket, ticket);
        _state.Save(record, ticket);
    }

    /// <inheritdoc/>
    public void Publish(EngineNotice notice) => _listener?.Notice(notice);

    /// <inheritdoc/>
    public void PieceDone(TorrentId torrent, PieceIndex piece) => _listener?.PieceDone(torrent, piece);
}
