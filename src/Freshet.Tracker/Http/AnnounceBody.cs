using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Http;

/// <summary>The bencoded bodies of answers.</summary>
internal static class AnnounceBody
{
    /// <summary>Writes the answer to an announce (BEP 3, 7, 23, 24).</summary>
    public static void Write(BencodeWriter body, in AnnounceCall call, in AnnounceOutcome outcome, SelectedPeers peers)
    {
        Span<byte> address = stackalloc byte[16];
        body.Clear();
        body.Dictionary()
            .Key("complete"u8).Integer(outcome.Counts.Seeders)
            .Key("downloaded"u8).Integer(outcome.Counts.Completed)
            .Key("external ip"u8).String(address[..call.Source.Write(address)])
            .Key("incomplete"u8).Integer(outcome.Counts.Leechers)
            .Key("interval"u8).Integer(outcome.IntervalSeconds)
            .Key("min interval"u8).Integer(outcome.MinIntervalSeconds);
        if (call.WantsList)
        {
            body.Key("peers"u8).List();
            WriteList(body, call, peers, isIPv6: false);
            WriteList(body, call, peers, isIPv6: true);
            body.End();
        }
        else
        {
            body.Key("peers"u8).String(peers.Compact(isIPv6: false));
            if (!peers.Compact(isIPv6: true).IsEmpty)
                body.Key("peers6"u8).String(peers.Compact(isIPv6: true));
        }

        if (call.Port == 0)
            body.Key("warning message"u8).String("With port 0 nobody can connect to you."u8);
        body.End();
    }

    /// <summary>Writes a torrent of a scrape (BEP 48, BEP 21); <c>files</c> is open.</summary>
    public static void WriteScraped(BencodeWriter body, InfoHash hash, in SwarmCounts counts)
        => body.Key(hash.Value.Bytes).Dictionary()
            .Key("complete"u8).Integer(counts.Seeders)
            .Key("downloaded"u8).Integer(counts.Completed)
            .Key("downloaders"u8).Integer(counts.Downloaders)
            .Key("incomplete"u8).Integer(counts.Leechers)
            .End();

    private static void WriteList(BencodeWriter body, in AnnounceCall call, SelectedPeers peers, bool isIPv6)
    {
        int stride = isIPv6 ? 18 : 6;
        ReadOnlySpan<byte> compact = peers.Compact(isIPv6);
        ReadOnlySpan<Sha1Hash> ids = peers.PeerIds(isIPv6);
        for (int i = 0; compact.Length > 0; i++, compact = compact[stride..])
        {
            body.Dictionary().Key("ip"u8).String(new PeerAddress(compact[..(stride - 2)]).ToString());
            if (!call.WithoutPeerIds && ids[i] != default)
                body.Key("peer id"u8).String(ids[i].Bytes);
            body.Key("port"u8).Integer((compact[stride - 2] << 8) | compact[stride - 1]).End();
        }
    }
}
