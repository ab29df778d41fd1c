using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>
/// Announces over HTTP: the URL (BEP 3, 7, 23) and the answer in the list form of BEP 3, the compact one of BEP 23, with IPv6 peers
/// (BEP 7), our own address (BEP 24) and a time to retry (BEP 31). Redirects, gzip and time are the caller's.
/// </summary>
public static class HttpAnnounce
{
    private const int IPv4PeerLength = 6;
    private const int IPv6PeerLength = 18;

    // A host name's longest form (RFC 1035).
    private const int MaxHostName = 253;

    /// <summary>The URL to fetch; the tracker's own query (a passkey, mostly) comes first and stays as it is.</summary>
    public static Uri Url(TrackerUrl tracker, AnnounceRequest request)
    {
        var url = new StringBuilder(tracker.Uri.OriginalString);
        url.Append(tracker.PathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?');
        HttpTrackerForm.Escape(url.Append("info_hash="), request.Swarm.Value.Bytes);
        HttpTrackerForm.Escape(url.Append("&peer_id="), request.Self.Value.Bytes);
        url.Append(CultureInfo.InvariantCulture, $"&port={request.Port}");
        url.Append(CultureInfo.InvariantCulture, $"&uploaded={request.Uploaded}&downloaded={request.Downloaded}&left={request.Left}");
        url.Append(CultureInfo.InvariantCulture, $"&corrupt={request.Corrupt}&redundant={request.Redundant}&key={request.Key:X8}");
        if (request.Event != AnnounceEvent.None)
            url.Append("&event=").Append(NameOf(request.Event));
        int wanted = request.Event == AnnounceEvent.Stopped ? 0 : request.PeersWanted;
        url.Append(CultureInfo.InvariantCulture, $"&numwant={wanted}&compact=1&no_peer_id=1");
        if (request.Encryption != EncryptionUse.Off)
            url.Append(request.Encryption == EncryptionUse.Require ? "&requirecrypto=1" : "&supportcrypto=1");
        if (request.TrackerId is { } trackerId)
            HttpTrackerForm.Escape(url.Append("&trackerid="), trackerId.Span);
        if (request.AlsoIPv4 is { } ipv4)
            HttpTrackerForm.Escape(url.Append("&ipv4="), Encoding.ASCII.GetBytes(ipv4.ToString()));
        if (request.AlsoIPv6 is { } ipv6)
            HttpTrackerForm.Escape(url.Append("&ipv6="), Encoding.ASCII.GetBytes(new IPAddress(ipv6.GetAddressBytes()).ToString()));
        return HttpTrackerForm.AsItStands(url.ToString());
    }

    /// <summary>Reads an answer's body, inflated, at most <see cref="TrackerLimits.MaxInflatedBytes"/>.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="answer">The answer; a tracker that refuses has answered: see <see cref="AnnounceAnswer.Failure"/>.</param>
    /// <param name="error">Why the bytes are no answer.</param>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AnnounceAnswer? answer, [NotNullWhen(false)] out string? error)
    {
        answer = null;
        if (!HttpTrackerForm.TryReadAnswer(body, out BencodeValue root, out error))
            return false;
        var peers = new List<TrackerPeer>();
        bool isRefused = root["failure reason"u8].Exists;
        if (!isRefused && (!TryReadPeers(root["peers"u8], peers, IPv4PeerLength) || !TryReadPeers(root["peers6"u8], peers, IPv6PeerLength)))
        {
            error = "The answer's list of peers is cut off or no list.";
            return false;
        }

        error = null;
        answer = new AnnounceAnswer
        {
            Failure = isRefused ? HttpTrackerForm.Text(root["failure reason"u8]) ?? "no reason given" : null,
            Warning = HttpTrackerForm.Text(root["warning message"u8]),
            Interval = TrackerTime.Interval(root["interval"u8]) ?? TrackerLimits.DefaultInterval,
            MinInterval = TrackerTime.Interval(root["min interval"u8]),
            RetryIn = isRefused ? TrackerTime.Retry(root["retry in"u8]) : null,
            NeverRetry = isRefused && TrackerTime.IsNever(root["retry in"u8]),
            Complete = HttpTrackerForm.Count(root["complete"u8]),
            Incomplete = HttpTrackerForm.Count(root["incomplete"u8]),
            Downloaded = HttpTrackerForm.Count(root["downloaded"u8]),
            ExternalAddress = ReadAddress(root["external ip"u8]),
            TrackerId = ReadTrackerId(root["tracker id"u8]),
            Peers = peers,
        };
        return true;
    }

    private static string NameOf(AnnounceEvent announceEvent) => announceEvent switch
    {
        AnnounceEvent.Started => "started",
        AnnounceEvent.Completed => "completed",
        AnnounceEvent.Paused => "paused",
        _ => "stopped",
    };

    private static bool TryReadPeers(BencodeValue value, List<TrackerPeer> peers, int compactLength)
    {
        switch (value.Kind)
        {
            case BencodeKind.Missing:
                return true;
            case BencodeKind.String:
                value.TryGetBytes(out ReadOnlySpan<byte> compact);
                return CompactPeers.TryRead(compact, compactLength, peers);
            case BencodeKind.List:
                foreach (BencodeValue item in value.Items)
                {
                    if (peers.Count >= TrackerLimits.MaxPeers)
                        break;
                    ReadListed(item, peers);
                }

                return true;
            default:
                return false;
        }
    }

    private static void ReadListed(BencodeValue item, List<TrackerPeer> peers)
    {
        long port = item["port"u8].IntegerOr(0);
        if (port is < 1 or > ushort.MaxValue || !item["ip"u8].TryGetBytes(out ReadOnlySpan<byte> host))
            return;
        PeerId? id = item["peer id"u8].TryGetBytes(out ReadOnlySpan<byte> peerId) && peerId.Length == Sha1Hash.Length
            ? new PeerId(new Sha1Hash(peerId))
            : null;
        if (host.Length is 0 or > MaxHostName || host.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
            return;
        string text = Encoding.ASCII.GetString(host);
        if (IPAddress.TryParse(text, out IPAddress? address))
            peers.Add(new TrackerPeer(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, HostName: null, (int)port, id));
        else if (Uri.CheckHostName(text) == UriHostNameType.Dns)
            peers.Add(new TrackerPeer(Address: null, text, (int)port, id));
    }

    private static IPAddress? ReadAddress(BencodeValue value)
    {
        if (!value.TryGetBytes(out ReadOnlySpan<byte> bytes) || bytes.Length is not (4 or 16))
            return null;
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static ReadOnlyMemory<byte>? ReadTrackerId(BencodeValue value)
        => value.TryGetBytes(out ReadOnlySpan<byte> bytes) && bytes.Length is > 0 and <= TrackerLimits.MaxTrackerId
            ? bytes.ToArray()
            : default(ReadOnlyMemory<byte>?);
}
