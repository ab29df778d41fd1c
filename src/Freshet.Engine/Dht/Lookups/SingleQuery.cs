using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>A ping: one question to one node.</summary>
internal sealed class SingleQuery(Queries queries, DhtOperation operation) : IAsker, IDhtTask
{
    private bool _isCancelled;

    public void Begin(NodeEndpoint node, MonoTime now)
    {
        operation.Add(this);
        operation.Asked++;
        if (!queries.TryAsk(node, this, null, new QueryContent { Method = KrpcMethod.Ping }, now))
            End(false, now);
    }

    /// <inheritdoc/>
    public void Cancel(MonoTime now) => _isCancelled = true;

    /// <inheritdoc/>
    public void Answered(PendingQuery query, in KrpcMessage answer, MonoTime now)
    {
        if (_isCancelled)
            return;
        operation.RoundTrip = now - query.SentAt;
        operation.Version = answer.Version[..Math.Min(4, answer.Version.Length)].ToArray();
        operation.Found(now);
        if (answer.Id is { } id)
            operation.Reached(new NodeContact(id, query.Endpoint), 1);
        End(true, now);
    }

    /// <inheritdoc/>
    public void Refused(PendingQuery query, in KrpcMessage error, MonoTime now)
    {
        operation.LastError = error.ErrorCode;
        operation.Refused++;
        End(false, now);
    }

    /// <inheritdoc/>
    public void IsLate(PendingQuery query, MonoTime now)
    {
        // It may still come.
    }

    /// <inheritdoc/>
    public void GaveUp(PendingQuery query, MonoTime now) => End(false, now);

    private void End(bool isAnswered, MonoTime now)
    {
        if (_isCancelled)
            return;
        operation.Answered += isAnswered ? 1 : 0;
        operation.Failed += isAnswered ? 0 : 1;
        operation.TaskEnded(now);
    }
}
