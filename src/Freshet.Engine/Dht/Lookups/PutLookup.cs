using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>Puts an item at the nodes nearest to its target (BEP 44).</summary>
internal sealed class PutLookup(LookupHost host, DhtOperation operation, DhtItem item, long? cas) : Lookup(host, operation)
{
    /// <inheritdoc/>
    protected override bool Stores => true;

    /// <inheritdoc/>
    protected override bool Ask(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent { Method = KrpcMethod.Get, Target = Target, Want = Host.Core.Want, KnownSequence = item.IsMutable ? item.Sequence : null },
        now);

    /// <inheritdoc/>
    protected override bool Store(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent { Method = KrpcMethod.Put, Token = candidate.Token, Item = item, Cas = cas },
        now);
}
