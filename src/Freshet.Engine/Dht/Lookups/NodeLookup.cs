using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>Looks for the nodes nearest to a point.</summary>
internal sealed class NodeLookup(LookupHost host, DhtOperation operation) : Lookup(host, operation)
{
    /// <inheritdoc/>
    protected override bool Ask(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent { Method = KrpcMethod.FindNode, Target = Target, Want = Host.Core.Want },
        now);
}
