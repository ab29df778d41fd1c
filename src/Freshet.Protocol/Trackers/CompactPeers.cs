using System.Buffers.Binary;
using System.Net;

namespace Freshet.Protocol.Trackers;

/// <summary>Peers as addresses and ports one behind the other: BEP 23 (6 bytes), BEP 7 (18 bytes), and the same in BEP 15.</summary>
internal static class CompactPeers
{
    /// <summary>Adds peers up to <see cref="TrackerLimits.MaxPeers"/> in all, without those of port 0.</summary>
    /// <returns>False where the bytes end inside a peer; those before it are added all the same.</returns>
    public static bool TryRead(ReadOnlySpan<byte> compact, int peerLength, List<TrackerPeer> peers)
    {
        for (; compact.Length >= peerLength && peers.Count < TrackerLimits.MaxPeers; compact = compact[peerLength..])
        {
            int port = BinaryPrimitives.ReadUInt16BigEndian(compact[(peerLength - 2)..]);
            if (port == 0)
                continue;
            var address = new IPAddress(compact[..(peerLength - 2)]);
            peers.Add(new TrackerPeer(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, HostName: null, port));
        }

        return compact.Length % peerLength == 0;
    }
}
