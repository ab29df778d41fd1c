using Freshet.Protocol.Trackers;

namespace Freshet;

/// <summary>What to do about what a test of a tracker has shown.</summary>
internal static class TrackerAdvice
{
    public const string Url = "A tracker's URL is http://, https:// or udp:// with a host, for udp with a port too, as in udp://tracker.example:6969/announce.";

    public const string Name = "Look for a mistake in the name, and try it with another resolver; a tracker whose name is gone is gone itself.";

    public const string PacketsLost = "Packets are lost on the way, or the tracker is under load.";

    public const string Certificate = "The tracker's operator must renew or mend its certificate; a wrong clock on this machine has the same effect.";

    public const string Redirected = "Every announce takes the detour: the torrent should name the new URL.";

    public const string Refused = "The tracker works and refuses: it may not know the torrent or the passkey, or take registered torrents alone.";

    public const string NoScrape = "Nothing is lost by it: what a scrape tells, answers to announces tell too.";

    public const string OddInterval = "The interval is unusual: half an hour is what most trackers ask for.";

    /// <summary>What an error suggests.</summary>
    public static string? For(string trouble, TrackerUrl url)
    {
        bool isUdp = url.Protocol == TrackerProtocol.Udp;
        return trouble switch
        {
            _ when trouble.Contains("did not answer", StringComparison.Ordinal) && isUdp
                => "UDP is blocked on the way, or nobody listens: check the firewall, the port, and whether the tracker speaks HTTP at the same name.",
            _ when trouble.Contains("ConnectionRefused", StringComparison.Ordinal) => "The host is there and nobody listens on that port: check the port, or the tracker is down.",
            _ when trouble.Contains("HostUnreachable", StringComparison.Ordinal) || trouble.Contains("NetworkUnreachable", StringComparison.Ordinal)
                => "There is no way there over this address family: where the other one works, nothing is lost.",
            _ when trouble.Contains("no whole answer", StringComparison.Ordinal) || trouble.Contains("TimedOut", StringComparison.Ordinal)
                => "The host takes connections and says nothing, or a firewall swallows them: the tracker is overloaded, or something between drops packets.",
            _ when trouble.Contains("TLS", StringComparison.Ordinal) => "The port may not speak TLS: try http:// in place of https://.",
            _ when trouble.Contains("status 404", StringComparison.Ordinal) => "The server is there and this path is none of a tracker: most are /announce.",
            _ when trouble.Contains("status 5", StringComparison.Ordinal) => "The tracker itself is in trouble: try again later.",
            _ when trouble.Contains("HTTP status", StringComparison.Ordinal) => "The server does not answer as a tracker does: check the URL and its passkey.",
            _ when trouble.Contains("not bencoded", StringComparison.Ordinal) || trouble.Contains("not a dictionary", StringComparison.Ordinal)
                => "What answers is no tracker, often a parked domain's web page: check the URL.",
            _ when trouble.Contains("not allowed", StringComparison.Ordinal) => "A tracker on the internet may not send clients into local networks, nor to another scheme: it is misconfigured or hostile.",
            _ when trouble.Contains("too often", StringComparison.Ordinal) => "The tracker's redirects lead in a circle: its operator must mend that.",
            _ => null,
        };
    }
}
