using System.Net;
using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>Looks for the peers of a swarm, tells of them as they come, and announces us if so wished.</summary>
internal sealed class PeerLookup(LookupHost host, DhtOperation operation, PeerSearch search, IPeerSink sink) : Lookup(host, operation)
{
    /// <summary>Peers of one answer that are believed in: what an honest one has room for (THREATS U2).</summary>
    private const int MaxPeersOfAnswer = 100;

    /// <summary>Peers that one look-up tells of: as many as a torrent keeps.</summary>
    private const int MaxPeers = 3000;

    private readonly HashSet<NodeEndpoint> _told = new(host.Core.Keys);
    private ScrapeFilter? _seeds;
    private ScrapeFilter? _downloaders;

    /// <inheritdoc/>
    protected override bool Stores => search.AnnouncePort is not null;

    /// <inheritdoc/>
    protected override bool Ask(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent
        {
            Method = KrpcMethod.GetPeers,
            Target = Target,
            Want = Host.Core.Want,
            WantsNoSeeds = search.WantsNoSeeds,
            WantsScrape = search.Scrapes,
        },
        now);

    /// <inheritdoc/>
    protected override bool Store(Candidate candidate, MonoTime now) => Host.Queries.TryAsk(
        candidate.Contact.Endpoint,
        this,
        candidate,
        new QueryContent
        {
            Method = KrpcMethod.AnnouncePeer,
            Target = Target,
            Token = candidate.Token,
            Port = search.AnnouncePort ?? 0,
            ImpliesPort = search.ImpliesPort,
            IsSeed = search.IsSeed,
        },
        now);

    /// <inheritdoc/>
    protected override void Take(Candidate candidate, in KrpcMessage answer, MonoTime now)
    {
        if (search.Scrapes && candidate.Counts && !(answer.SeedFilter.IsEmpty && answer.PeerFilter.IsEmpty))
        {
            (_seeds ??= new ScrapeFilter()).Union(answer.SeedFilter);
            (_downloaders ??= new ScrapeFilter()).Union(answer.PeerFilter);
            Operation.Found(now);
        }

        List<IPEndPoint>? peers = null;
        int taken = 0;
        foreach (NodeEndpoint peer in answer.Peers)
        {
            if (++taken > MaxPeersOfAnswer || _told.Count >= MaxPeers)
                break;
            if (candidate.Contact.Endpoint.MayTellOf(peer) && _told.Add(peer))
                (peers ??= []).Add(peer.ToIPEndPoint());
        }

        if (peers is null)
            return;
        Operation.Found(now);
        Operation.PeersFound += peers.Count;
        sink.PeersFound(Operation, peers, now);
    }

    /// <inheritdoc/>
    protected override void Conclude()
    {
        Operation.Seeds += Estimate(_seeds);
        Operation.Downloaders += Estimate(_downloaders);
    }

    private static int Estimate(ScrapeFilter? filter) => filter is null ? 0 : (int)Math.Round(filter.Estimate());
}
