using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>Looks for an item (BEP 44): an immutable one until it is found, a mutable one to the end, since another node may have a newer one.</summary>
internal sealed class ItemLookup(LookupHost host, DhtOperation operation, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> salt, IItemSink sink) : Lookup(host, operation)
{
    /// <inheritdoc/>
    protected override bool Ask(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent { Method = KrpcMethod.Get, Target = Target, Want = Host.Core.Want, KnownSequence = Operation.Item?.Sequence is > 0 and var known ? known : null },
        now);

    /// <inheritdoc/>
    protected override void Take(Candidate candidate, in KrpcMessage answer, MonoTime now)
    {
        if (answer.Value.Length is 0 or > DhtLimits.MaxValue)
            return;
        if (key.IsEmpty)
        {
            if (Operation.Item is null && DhtItem.TargetOf(answer.Value) == Target)
                Found(new DhtItem { Value = answer.Value.ToArray() }, now);
            return;
        }

        if (answer.Sequence is not { } sequence || sequence <= (Operation.Item?.Sequence ?? long.MinValue) || !answer.Key.SequenceEqual(key.Span)
            || Host.Core.Signatures is not { } signatures || !DhtItem.IsSigned(key.Span, salt.Span, sequence, answer.Value, answer.Signature, signatures))
        {
            return;
        }

        Found(
            new DhtItem { Value = answer.Value.ToArray(), Key = key, Salt = salt, Sequence = sequence, Signature = answer.Signature.ToArray() },
            now);
    }

    private void Found(DhtItem item, MonoTime now)
    {
        Operation.Item = item;
        Operation.Found(now);
        sink.ItemFound(Operation, item, now);
        if (!item.IsMutable)
            EndSearch(now);
    }
}
