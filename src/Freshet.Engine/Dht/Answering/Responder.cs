using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>Answers queries. Nothing is allocated for those that only ask.</summary>
internal sealed class Responder
{
    /// <summary>Peers of one answer: 8 bytes each for IPv4, 21 for IPv6, beside nodes of both families, within <see cref="DhtLimits.MaxAnswer"/> (THREATS U1).</summary>
    private const int MaxPeers4 = 80;
    private const int MaxPeers6 = 30;

    private static readonly TimeSpan PruneTime = TimeSpan.FromMinutes(10);

    private readonly DhtCore _core;
    private readonly RoutingTable _table;
    private readonly StrangerLimits _limits;
    private readonly AnswerBudget _budget;
    private readonly Tokens _tokens;
    private readonly SwarmSamples _samples;
    private MonoTime _pruneAt;
    private readonly KnownNode?[] _nearest = new KnownNode?[KademliaBucket<KnownNode>.Capacity];

    public Responder(DhtCore core, RoutingTable table, ReadOnlySpan<byte> secret, MonoTime now)
    {
        _core = core;
        _table = table;
        _limits = new StrangerLimits(core.Keys);
        _budget = new AnswerBudget(now);
        _tokens = new Tokens(secret);
        Peers = new PeerStore(core);
        Items = new ItemStore(core);
        _samples = new SwarmSamples(Peers, core.Random);
    }

    public PeerStore Peers { get; }

    public ItemStore Items { get; }

    /// <summary>Whether a query of this stranger may be answered just now; counts it.</summary>
    public bool Allows(NodeEndpoint asker, MonoTime now)
        => _limits.Allows(asker.StrangerKey, _core.Settings, now) && _budget.HasRoom(_core.Settings.AnswerRate, now);

    /// <summary>Now and then forgets what is out of date, so that it does not stay where nobody asks for it.</summary>
    public void Prune(MonoTime now)
    {
        if (now < _pruneAt)
            return;
        _pruneAt = now + PruneTime;
        Peers.Prune(now);
        Items.Prune(now);
    }

    /// <summary>Answers a query, with an error where it asks for what cannot be.</summary>
    public void Handle(IPEndPoint remote, NodeEndpoint asker, in KrpcMessage query, MonoTime now)
    {
        if (query.Id is null)
        {
            Refuse(remote, asker, query, KrpcErrorCode.Protocol, "no id"u8);
            return;
        }

        switch (query.Method)
        {
            case KrpcMethod.Ping:
                Send(remote, NewAnswer(asker, query));
                break;
            case KrpcMethod.AnnouncePeer:
                Announce(remote, asker, query, now);
                break;
            case KrpcMethod.Put:
                Put(remote, asker, query, now);
                break;
            case KrpcMethod.Unknown when query.Target is null:
                Refuse(remote, asker, query, KrpcErrorCode.MethodUnknown, "method unknown"u8);
                break;
            default:
                // What is not known and names a target is answered as find_node, as others do, so that new methods find their way through old nodes.
                if (query.Target is { } target)
                    AnswerNear(remote, asker, target, query, now);
                else
                    Refuse(remote, asker, query, KrpcErrorCode.Protocol, "no target"u8);
                break;
        }
    }

    /// <summary>Writes the nodes nearest to a target that are fit to be told to others.</summary>
    public int WriteNearest(NodeId target, Span<byte> nodes)
    {
        int count = _table.ClosestForOthers(target, _nearest);
        int written = 0;
        for (int i = 0; i < count; i++)
            written += _nearest[i]!.Contact.WriteCompact(nodes[written..]);
        return written;
    }

    private KrpcAnswer NewAnswer(NodeEndpoint asker, in KrpcMessage query) => new()
    {
        TransactionId = query.TransactionId,
        Id = _core.Id,
        Asker = asker,
    };

    private void AnswerNear(IPEndPoint remote, NodeEndpoint asker, NodeId target, in KrpcMessage query, MonoTime now)
    {
        scoped KrpcAnswer answer = NewAnswer(asker, query);
        Span<byte> nodes4 = stackalloc byte[KademliaBucket<KnownNode>.Capacity * NodeContact.Length4];
        Span<byte> nodes6 = stackalloc byte[KademliaBucket<KnownNode>.Capacity * NodeContact.Length6];
        bool is4 = _core.Family == AddressFamily.InterNetwork;
        KrpcWant want = query.Want != KrpcWant.None ? query.Want : is4 ? KrpcWant.Nodes4 : KrpcWant.Nodes6;
        if (want.HasFlag(KrpcWant.Nodes4) && (is4 || _core.Sibling is not null))
        {
            answer.Nodes4 = nodes4[..(is4 ? WriteNearest(target, nodes4) : _core.Sibling!.WriteNearest(target, nodes4))];
            answer.HasNodes4 = true;
        }

        if (want.HasFlag(KrpcWant.Nodes6) && (!is4 || _core.Sibling is not null))
        {
            answer.Nodes6 = nodes6[..(is4 ? _core.Sibling!.WriteNearest(target, nodes6) : WriteNearest(target, nodes6))];
            answer.HasNodes6 = true;
        }

        Span<byte> token = stackalloc byte[Tokens.Length];
        if (query.Method is KrpcMethod.GetPeers or KrpcMethod.Get)
        {
            _tokens.Write(asker, target, now, token);
            answer.Token = token;
        }

        Span<byte> peers = stackalloc byte[Math.Max(MaxPeers4 * NodeEndpoint.Length4, MaxPeers6 * NodeEndpoint.Length6)];
        switch (query.Method)
        {
            case KrpcMethod.GetPeers when Peers.Find(target, now) is { } swarm:
                if (query.WantsScrape)
                {
                    SendFilters(remote, swarm, answer);
                    return;
                }

                answer.PeerLength = _core.NodeLength - NodeId.Length;
                int max = answer.PeerLength == NodeEndpoint.Length4 ? MaxPeers4 : MaxPeers6;
                answer.Peers = peers[..swarm.Write(peers, max, query.WantsNoSeeds, _core.Random)];
                break;
            case KrpcMethod.Get when Items.Find(target, now) is { } stored:
                AddItem(ref answer, stored.Item, query.Sequence, _core.NodeLength);
                break;
            case KrpcMethod.SampleInfohashes:
                answer.HasSamples = true;
                answer.Samples = _samples.Take(now, out int seconds);
                answer.Interval = seconds;
                answer.SwarmCount = Peers.Swarms.Count;
                break;
        }

        Send(remote, answer);
    }

    private void SendFilters(IPEndPoint remote, StoredSwarm swarm, KrpcAnswer answer)
    {
        var seeds = new ScrapeFilter();
        var others = new ScrapeFilter();
        foreach (StoredPeer peer in swarm.Peers)
            (peer.IsSeed ? seeds : others).Insert(peer.Endpoint);
        answer.SeedFilter = seeds.Bytes;
        answer.PeerFilter = others.Bytes;
        Send(remote, answer);
    }

    private static void AddItem(ref KrpcAnswer answer, DhtItem item, long? known, int nodeLength)
    {
        if (item.IsMutable)
        {
            answer.Sequence = item.Sequence;

            // Who has this one already needs the number alone.
            if (known >= item.Sequence)
                return;
            answer.Key = item.Key.Span;
            answer.Signature = item.Signature.Span;
        }

        answer.Value = item.Value.Span;

        // A long value leaves no room for all nodes in a frame: who asks has found what it looks for anyway.
        const int NodesBesideValue = 4;
        answer.Nodes4 = nodeLength == NodeContact.Length4 ? Cut(answer.Nodes4, NodesBesideValue * nodeLength) : default;
        answer.Nodes6 = nodeLength == NodeContact.Length6 ? Cut(answer.Nodes6, NodesBesideValue * nodeLength) : default;
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> bytes, int length) => bytes[..Math.Min(bytes.Length, length)];

    private void Announce(IPEndPoint remote, NodeEndpoint asker, in KrpcMessage query, MonoTime now)
    {
        ushort port = query.ImpliesPort ? asker.Port : query.Port;
        if (query.Target is not { } target || port == 0)
            Refuse(remote, asker, query, KrpcErrorCode.Protocol, "no info_hash or port"u8);
        else if (!_tokens.IsGood(query.Token, asker, target, now))
            Refuse(remote, asker, query, KrpcErrorCode.Protocol, "bad token"u8);
        else if (!Peers.Announce(target, asker with { Port = port }, query.IsSeed, now))
            Refuse(remote, asker, query, KrpcErrorCode.Server, "too many"u8);
        else
            Send(remote, NewAnswer(asker, query));
    }

    private void Put(IPEndPoint remote, NodeEndpoint asker, in KrpcMessage query, MonoTime now)
    {
        KrpcErrorCode? error = ItemRules.Check(query, out NodeId target);
        if (error is null && !_tokens.IsGood(query.Token, asker, target, now))
            error = KrpcErrorCode.Protocol;

        // A signature costs more than all else together: it is looked at last, and only for who has a token.
        error ??= ItemRules.CheckAgainst(Items.Find(target, now)?.Item, query);
        error ??= ItemRules.CheckSignature(query, _core.Signatures);
        if (error is null && !Items.Put(target, ItemRules.Take(query), asker.StrangerKey, now))
            error = KrpcErrorCode.Server;
        if (error is { } code)
            Refuse(remote, asker, query, code, ItemRules.TextOf(code));
        else
            Send(remote, NewAnswer(asker, query));
    }

    private void Send(IPEndPoint remote, in KrpcAnswer answer) => Send(remote, _core.Writer.Write(answer));

    private void Refuse(IPEndPoint remote, NodeEndpoint asker, in KrpcMessage query, KrpcErrorCode code, ReadOnlySpan<byte> text)
        => Send(remote, _core.Writer.WriteError(query.TransactionId, asker, code, text));

    private void Send(IPEndPoint remote, ReadOnlyMemory<byte> datagram)
    {
        _budget.Take(datagram.Length);
        _core.Counters.AnswerBytesOut += datagram.Length;
        _core.Send(remote, datagram);
    }
}
