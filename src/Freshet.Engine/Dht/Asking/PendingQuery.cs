using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Asking;

/// <summary>Who asked and wants to know what came of it. Of each query exactly one of answer, error and silence is told.</summary>
internal interface IAsker
{
    /// <summary>The answer, from the endpoint that was asked.</summary>
    void Answered(PendingQuery query, in KrpcMessage answer, MonoTime now);

    /// <summary>An error came in place of an answer.</summary>
    void Refused(PendingQuery query, in KrpcMessage error, MonoTime now);

    /// <summary>The answer takes longer than others; it may still come.</summary>
    void IsLate(PendingQuery query, MonoTime now);

    /// <summary>No answer came.</summary>
    void GaveUp(PendingQuery query, MonoTime now);
}

/// <summary>Who watches all queries: what they show about the nodes that were asked.</summary>
internal interface IAskingObserver
{
    /// <summary>A node that was asked has answered, or sent an error.</summary>
    void Heard(NodeEndpoint endpoint, in KrpcMessage message, MonoTime now);

    /// <summary>A node that was asked has not answered.</summary>
    void NotHeard(NodeEndpoint endpoint, MonoTime now);
}

/// <summary>A query that waits for its answer.</summary>
internal sealed class PendingQuery(NodeEndpoint endpoint, KrpcMethod method, IAsker asker, MonoTime sentAt)
{
    public NodeEndpoint Endpoint => endpoint;

    public KrpcMethod Method => method;

    public IAsker Asker => asker;

    public MonoTime SentAt => sentAt;

    /// <summary>What the asker knows the query by.</summary>
    public object? Subject { get; init; }

    /// <summary>What the answer must echo.</summary>
    public uint TransactionId { get; init; }

    /// <summary>It takes longer than others.</summary>
    public bool IsLate { get; set; }

    /// <summary>It is answered or given up.</summary>
    public bool IsOver { get; set; }
}
