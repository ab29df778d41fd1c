using System.Runtime.InteropServices;
using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Engine.Dht.Lookups;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht;

/// <summary>
/// Keeps the table: finds the way in, asks nodes that were not heard for long whether they are there, newcomers to show that they are, and looks around now and then.
/// One time says when there is something to do; no node and no bucket has a timer.
/// </summary>
internal sealed class Upkeep(LookupHost host) : IAskingObserver, IAsker, IDhtSink
{
    /// <summary>Newcomers that are asked at the same time; who comes meanwhile will come again.</summary>
    private const int MaxNewcomers = 16;

    /// <summary>Newcomers of one answer: nobody fills the table alone.</summary>
    private const int MaxNewcomersOfAnswer = 2;

    /// <summary>Nodes that are checked in one round.</summary>
    private const int MaxChecks = 8;

    /// <summary>How often we look for our neighbours, who change as nodes come and go: soon after the way in, when others come in too, then less and less often.</summary>
    private static readonly TimeSpan FirstLookAround = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastLookAround = TimeSpan.FromMinutes(15);

    /// <summary>Rounds of checks are at least so far apart.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(10);

    /// <summary>Nodes that went and are asked again now and then: a network that fell in two grows together again by them. The rest of a look around costs far more.</summary>
    private const int MaxLost = 16;
    private const int LostOfLookAround = 2;

    private readonly ExternalAddress _external = new();
    private readonly List<NodeEndpoint> _lost = [];
    private MonoTime _lookAroundAt = MonoTime.Never;
    private MonoTime _checkAt = MonoTime.Never;
    private TimeSpan _retry = FirstRetry;
    private TimeSpan _lookAround = FirstLookAround;
    private DhtOperation? _looking;
    private int _newcomers;
    private int _fill = -1;
    private bool _isFilled;

    /// <summary>Called when most see us at an address that our id does not fit.</summary>
    public Action<NodeEndpoint>? Moved { get; set; }

    /// <summary>Our address as others see it.</summary>
    public ExternalAddress External => _external;

    /// <summary>When there is something to do.</summary>
    public MonoTime Next => MonoTime.Min(_checkAt, _looking is null ? _lookAroundAt : MonoTime.Never);

    private DhtCore Core => host.Core;

    private RoutingTable Table => host.Table;

    /// <summary>There is something new to start from.</summary>
    public void Begin(MonoTime now)
    {
        if (host.KnowsAnybody)
            _lookAroundAt = MonoTime.Min(_lookAroundAt, now);
    }

    public void Advance(MonoTime now)
    {
        if (now >= _lookAroundAt && _looking is null)
        {
            // A network that was away altogether is still there when it comes back.
            if (Table.Count == 0)
                AskLost(MaxLost, now);
            Look(Core.Id, now);
        }

        if (now >= _checkAt)
            Check(now);
    }

    /// <summary>A node has asked us something, and can be asked.</summary>
    public void AskedUs(NodeContact contact, MonoTime now)
    {
        if (Table.Asked(contact, now) == Admission.Wanted)
            Verify(contact.Endpoint, now);
    }

    /// <summary>Somebody has told of a node.</summary>
    public void Rumoured(NodeContact contact, MonoTime now)
    {
        if (Table.Rumoured(contact) == Admission.Wanted)
            Verify(contact.Endpoint, now);
    }

    /// <summary>Asks a node to show that it is there.</summary>
    public void Verify(NodeEndpoint endpoint, MonoTime now)
    {
        if (_newcomers >= MaxNewcomers)
            return;
        if (host.Queries.TryAsk(endpoint, this, null, new QueryContent { Method = KrpcMethod.Ping }, now))
            _newcomers++;
    }

    /// <inheritdoc/>
    public void Heard(NodeEndpoint endpoint, in KrpcMessage message, MonoTime now)
    {
        if (message.Kind == KrpcKind.Error)
        {
            Core.Counters.ErrorsIn++;
            return;
        }

        Core.Counters.AnswersIn++;
        if (message.External is { } seen && _external.Vote(endpoint, seen))
            Move(now);
        TellSibling(endpoint, message, now);
        if (message.Id is not { } id || Table.Answered(new NodeContact(id, endpoint), now) != Admission.Kept)
            return;
        _checkAt = MonoTime.Min(_checkAt, now + KnownNode.MappingTime);

        // The first one after a time without any: there is a way in again.
        if (_looking is null && Table.Count <= 1)
            _lookAroundAt = MonoTime.Min(_lookAroundAt, now + TimeSpan.FromSeconds(1));
    }

    /// <inheritdoc/>
    public void NotHeard(NodeEndpoint endpoint, MonoTime now)
    {
        if (Table.Failed(endpoint, now))
            Lose(endpoint);
        if (Table.Count > 0)
            _checkAt = MonoTime.Min(_checkAt, now + Round);
        else if (_looking is null)
            _lookAroundAt = MonoTime.Min(_lookAroundAt, now + _retry);
    }

    /// <inheritdoc/>
    public void Answered(PendingQuery query, in KrpcMessage answer, MonoTime now)
    {
        Done(query);
        int taken = 0;
        foreach (NodeContact node in Core.NodesOf(answer))
        {
            if (taken >= MaxNewcomersOfAnswer)
                break;
            if (!query.Endpoint.MayTellOf(node.Endpoint) || Table.Rumoured(node) != Admission.Wanted)
                continue;
            Verify(node.Endpoint, now);
            taken++;
        }
    }

    /// <inheritdoc/>
    public void Refused(PendingQuery query, in KrpcMessage error, MonoTime now) => Done(query);

    /// <inheritdoc/>
    public void IsLate(PendingQuery query, MonoTime now)
    {
        // It is in no hurry.
    }

    /// <inheritdoc/>
    public void GaveUp(PendingQuery query, MonoTime now) => Done(query);

    /// <inheritdoc/>
    public void Ended(DhtOperation operation, MonoTime now)
    {
        bool wasLookAround = operation.Target == Core.Id;
        _looking = null;
        if (wasLookAround && Table.Count == 0)
        {
            _lookAroundAt = now + _retry;
            _retry = TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, _retry.Ticks * 2));
            return;
        }

        if (wasLookAround)
        {
            _retry = FirstRetry;
            host.ForgetSaved();
            _lookAroundAt = now + (_lookAround * (1 + (Core.Random.NextDouble() / 3)));
            _lookAround = TimeSpan.FromTicks(Math.Min(LastLookAround.Ticks, _lookAround.Ticks * 2));

            // After the way in all distances are looked at, later one at a time.
            _fill = _isFilled ? Core.Random.Next(Table.Buckets.Count) : Table.Buckets.Count - 1;
        }

        if (wasLookAround)
            AskLost(LostOfLookAround, now);
        Fill(now);
    }

    private void AskLost(int count, MonoTime now)
    {
        Core.Random.Shuffle(CollectionsMarshal.AsSpan(_lost));
        for (int i = 0; i < Math.Min(count, _lost.Count); i++)
            Verify(_lost[i], now);
    }

    /// <summary>Most see us at another address. Where we take another id for it, we have other neighbours.</summary>
    private void Move(MonoTime now)
    {
        NodeId before = Core.Id;
        Moved?.Invoke(_external.Winner!.Value);
        if (Core.Id == before)
            return;
        _isFilled = false;
        _lookAround = FirstLookAround;
        _lookAroundAt = now;
    }

    /// <summary>Remembers a node that went, in place of a random one: so some stay that went long ago.</summary>
    private void Lose(NodeEndpoint endpoint)
    {
        if (_lost.Contains(endpoint))
            return;
        if (_lost.Count < MaxLost)
            _lost.Add(endpoint);
        else
            _lost[Core.Random.Next(MaxLost)] = endpoint;
    }

    private void Look(NodeId target, MonoTime now)
    {
        if (!host.KnowsAnybody)
        {
            // Nobody to ask; those that were lost are tried again less and less often.
            _lookAroundAt = _lost.Count > 0 ? now + _retry : MonoTime.Never;
            _retry = TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, _retry.Ticks * 2));
            return;
        }

        _looking = new DhtOperation(target, this, now);
        var lookup = new NodeLookup(host, _looking);
        _looking.Add(lookup);
        host.Start(lookup, now);
    }

    /// <summary>Looks up a point at the next distance whose bucket has room.</summary>
    private void Fill(MonoTime now)
    {
        while (_fill >= 0)
        {
            int index = Math.Min(_fill, Table.Buckets.Count - 1);
            _fill = _isFilled ? -1 : index - 1;
            if (!Table.Buckets[index].IsFull)
            {
                Look(Core.Id.RandomAt(index, Core.Random), now);
                return;
            }
        }

        _isFilled = true;
    }

    private void Check(MonoTime now)
    {
        MonoTime next = MonoTime.Never;
        int checks = 0;
        for (int b = 0; b < Table.Buckets.Count; b++)
        {
            IReadOnlyList<KnownNode> nodes = Table.Buckets[b].Nodes;
            for (int n = 0; n < nodes.Count; n++)
            {
                KnownNode node = nodes[n];
                MonoTime due = node.DueAt;
                if (node.CheckedAt is { } asked && now - asked < Queries.Patience + Round)
                    due = MonoTime.Max(due, asked + Queries.Patience + Round);
                if (due <= now && checks < MaxChecks)
                {
                    checks++;
                    node.CheckedAt = now;

                    // A question that also shows who else is there.
                    var content = new QueryContent { Method = KrpcMethod.FindNode, Target = Core.Id.RandomAt(b, Core.Random), Want = Core.Want };
                    host.Queries.TryAsk(node.Endpoint, this, node, content, now);
                    due = now + Queries.Patience;
                }

                next = MonoTime.Min(next, due);
            }
        }

        _checkAt = next.IsNever ? next : MonoTime.Max(next, now + Round);
    }

    private void TellSibling(NodeEndpoint teller, in KrpcMessage answer, MonoTime now)
    {
        if (Core.Sibling is not { NeedsNodes: true } sibling)
            return;
        foreach (NodeContact node in Core.OtherNodesOf(answer))
        {
            if (teller.MayTellOf(node.Endpoint))
                sibling.Rumoured(node, now);
        }
    }

    private void Done(PendingQuery query)
    {
        if (query.Subject is null)
            _newcomers--;
    }
}
