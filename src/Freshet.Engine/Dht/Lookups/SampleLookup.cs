using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>Asks the nodes on the way to a point which swarms they know (BEP 51).</summary>
internal sealed class SampleLookup(LookupHost host, DhtOperation operation, ISampleSink sink) : Lookup(host, operation)
{
    /// <inheritdoc/>
    protected override bool Ask(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent { Method = KrpcMethod.SampleInfohashes, Target = Target, Want = Host.Core.Want },
        now);

    /// <inheritdoc/>
    protected override void Take(Candidate candidate, in KrpcMessage answer, MonoTime now)
    {
        if (!answer.HasSamples)
            return;
        var swarms = new List<InfoHash>(answer.Samples.Length / NodeId.Length);
        for (ReadOnlySpan<byte> rest = answer.Samples; !rest.IsEmpty; rest = rest[NodeId.Length..])
            swarms.Add(new NodeId(rest[..NodeId.Length]).Swarm);
        Operation.Found(now);
        sink.SwarmsFound(Operation, candidate.Contact, swarms, Math.Max(answer.SwarmCount, swarms.Count), now);
    }
}
