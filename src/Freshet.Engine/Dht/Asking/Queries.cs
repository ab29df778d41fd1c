using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Protocol.Dht;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Dht.Asking;

/// <summary>
/// Our questions and what becomes of them. An answer counts only from the endpoint that was asked, with the transaction id that was drawn for it, which nobody else
/// can guess; each counts once.
/// </summary>
internal sealed class Queries(DhtCore core, ulong secret)
{
    /// <summary>The most that wait at the same time: some hundred look-ups. Each costs 150 bytes for some seconds.</summary>
    public const int MaxPending = 1024;

    /// <summary>After this no answer comes any more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly UdpTransactionIds _transactionIds = new(new SeededRandom(secret));

    // Only looked up by key.
    private readonly Dictionary<uint, PendingQuery> _pending = [];
    private readonly PriorityQueue<PendingQuery, (MonoTime At, uint Tie)> _deadlines = new();
    private uint _tie;

    /// <summary>Who is told of every answer and every silence before whoever asked.</summary>
    public IAskingObserver? Observer { get; set; }

    /// <summary>How long answers take.</summary>
    public RoundTripTimes Times { get; } = new();

    /// <summary>Queries that wait for their answers.</summary>
    public int Count => _pending.Count;

    /// <summary>When the next one is late or given up.</summary>
    public MonoTime Next
    {
        get
        {
            DropOver();
            return _deadlines.TryPeek(out _, out (MonoTime At, uint Tie) first) ? first.At : MonoTime.Never;
        }
    }

    /// <summary>Sends a query. What it says of us and its transaction id are filled in here.</summary>
    /// <returns>False where too many wait already: nothing was sent, and nothing will be told.</returns>
    public bool TryAsk(NodeEndpoint endpoint, IAsker asker, object? subject, in QueryContent content, MonoTime now)
    {
        if (_pending.Count >= MaxPending || endpoint.Family != core.Family)
            return false;
        uint id = (uint)_transactionIds.Next();
        var query = new PendingQuery(endpoint, content.Method, asker, now) { Subject = subject, TransactionId = id };
        if (!_pending.TryAdd(id, query))
            return false;
        Span<byte> transactionId = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(transactionId, id);
        ReadOnlyMemory<byte> datagram = core.Writer.Write(new KrpcQuery
        {
            Method = content.Method,
            TransactionId = transactionId,
            Id = core.Id,
            IsReadOnly = core.Settings.IsReadOnly,
            Target = content.Target,
            Want = content.Want,
            WantsNoSeeds = content.WantsNoSeeds,
            WantsScrape = content.WantsScrape,
            Token = content.Token,
            Port = content.Port,
            ImpliesPort = content.ImpliesPort,
            IsSeed = content.IsSeed,
            Value = content.Item is { } item ? item.Value.Span : default,
            Key = content.Item is { } mutable ? mutable.Key.Span : default,
            Signature = content.Item is { } signed ? signed.Signature.Span : default,
            Salt = content.Item is { } salted ? salted.Salt.Span : default,
            Sequence = content.Item is { IsMutable: true } numbered ? numbered.Sequence : content.KnownSequence,
            Cas = content.Cas,
        });
        core.Counters.QueriesOut++;
        core.Send(endpoint.ToIPEndPoint(), datagram);
        Expect(query, now + Times.Late);
        return true;
    }

    /// <summary>Takes an answer or an error. False where it belongs to no query of ours.</summary>
    public bool Handle(IPEndPoint remote, in KrpcMessage message, MonoTime now)
    {
        if (message.TransactionId.Length != sizeof(uint))
            return false;
        uint id = BinaryPrimitives.ReadUInt32BigEndian(message.TransactionId);
        if (!_pending.TryGetValue(id, out PendingQuery? query) || query.Endpoint != NodeEndpoint.Of(remote))
            return false;
        _pending.Remove(id);
        query.IsOver = true;
        Times.Add(now - query.SentAt);
        Observer?.Heard(query.Endpoint, message, now);
        if (message.Kind == KrpcKind.Error)
            query.Asker.Refused(query, message, now);
        else
            query.Asker.Answered(query, message, now);
        return true;
    }

    /// <summary>Tells of what is late, and gives up what is too late.</summary>
    public void Advance(MonoTime now)
    {
        while (Next <= now)
        {
            PendingQuery query = _deadlines.Dequeue();
            if (!query.IsLate)
            {
                query.IsLate = true;
                Expect(query, query.SentAt + Patience);
                query.Asker.IsLate(query, now);
                continue;
            }

            _pending.Remove(query.TransactionId);
            query.IsOver = true;
            core.Counters.TimeOuts++;
            Observer?.NotHeard(query.Endpoint, now);
            query.Asker.GaveUp(query, now);
        }
    }

    private void Expect(PendingQuery query, MonoTime at) => _deadlines.Enqueue(query, (at, _tie++));

    private void DropOver()
    {
        while (_deadlines.TryPeek(out PendingQuery? first, out _) && first.IsOver)
            _deadlines.Dequeue();
    }
}
