using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Engine.Peers;
using Freshet.Protocol.Extensions;

namespace Freshet.Engine.Torrents;

/// <summary>A message of peer exchange in the making: for one peer, of what may be told to it, as much as a message holds.</summary>
internal sealed class PexDraft(PeerConnection reader)
{
    private readonly List<PexPeer> _added = [];
    private readonly List<IPEndPoint> _dropped = [];
    private FamilyCount _addedCount;
    private FamilyCount _droppedCount;

    public bool IsEmpty => _added.Count == 0 && _dropped.Count == 0;

    public PexMessage Message => new(_added, _dropped);

    /// <summary>Tells of a peer, where there is room and the reader may know.</summary>
    public void Add(SwarmNews.Member member)
    {
        if (member.Connection == reader || !EndpointRules.MayBeTold(member.Endpoint.Address, reader.Endpoint.Address))
            return;
        AddressFamily family = member.Endpoint.AddressFamily;
        if (member.Connection is { } peer)
        {
            if (_addedCount.TryAdd(family))
                _added.Add(new PexPeer(member.Endpoint, Describe(peer)));
        }
        else if (_droppedCount.TryAdd(family))
        {
            _dropped.Add(member.Endpoint);
        }
    }

    private static PexFlags Describe(PeerConnection peer)
    {
        PexFlags flags = peer.Id.IsIncoming ? PexFlags.None : PexFlags.Reachable;
        if (peer.Encryption != MsePayload.None)
            flags |= PexFlags.PrefersEncryption;
        if (peer.Transport == PeerTransport.Utp || peer.Candidate is { SpeaksUtp: true })
            flags |= PexFlags.Utp;
        return peer.IsUploadOnly || (peer.IsGreeted && peer.IsSeeder) ? flags | PexFlags.Seed : flags;
    }

    private struct FamilyCount
    {
        private int _ipv4;
        private int _ipv6;

        public bool TryAdd(AddressFamily family)
        {
            ref int count = ref _ipv4;
            if (family == AddressFamily.InterNetworkV6)
                count = ref _ipv6;
            return count < PexCodec.MaxPeers && ++count > 0;
        }
    }
}
