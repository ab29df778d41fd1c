using System.Text;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>Tracker URLs: what is accepted can be announced to, and shows no passkey.</summary>
public sealed class TrackerUrlTarget : IFuzzTarget
{
    private const string Passkey = "Qk7Zr9Xw2";

    private static readonly string[] Schemes = ["http", "https", "udp", "HTTP", "ftp", "file"];
    private static readonly string[] Hosts = ["t.example", "10.0.0.1", "[2001:db8::1]", "a:b@t.example", "xn--bcher-kva.example", "bücher.example", "0123456789abcdef0123456789abcdef.example"];
    private static readonly string[] Ports = ["", ":80", ":6969", ":0", ":65536"];
    private static readonly string[] Paths = ["", "/", "/announce", "/" + Passkey + "/announce", "/announce.php?passkey=" + Passkey, "/a%20b/%2e%2e/announce?x=" + Passkey + "&y=1#z", "?" + Passkey];

    /// <inheritdoc/>
    public string Name => "tracker-url";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (200L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => Encoding.UTF8.GetBytes(
        $"{Schemes[random.Next(Schemes.Length)]}://{Hosts[random.Next(Hosts.Length)]}{Ports[random.Next(Ports.Length)]}{Paths[random.Next(Paths.Length)]}");

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (!TrackerUrl.TryParse(text, out TrackerUrl? url, out string? error))
        {
            FuzzException.Require(error.Length > 0, "a refusal has a reason");
            FuzzException.Require(!error.Contains(Passkey, StringComparison.Ordinal), "a reason shows no passkey");
            return;
        }

        FuzzException.Require(url.Uri.Scheme is "http" or "https" or "udp", "no other scheme");
        FuzzException.Require(url.Port is >= 1 and <= 65535 && url.Host.Length > 0, "there is a host and a port");
        FuzzException.Require(url.PathAndQuery.StartsWith('/') && url.Uri.PathAndQuery == url.PathAndQuery, "path and query go out as they are shown");
        FuzzException.Require(!url.PathAndQuery.AsSpan().ContainsAnyExceptInRange('!', '~'), "path and query are printable ASCII");
        FuzzException.Require(TrackerUrl.TryParse(url.Uri.OriginalString, out TrackerUrl? again, out _) && again.Equals(url), "what was read is read as the same");
        if (url.PathAndQuery.Contains(Passkey, StringComparison.Ordinal) && !url.Host.Contains(Passkey, StringComparison.OrdinalIgnoreCase))
        {
            FuzzException.Require(!url.ToString().Contains(Passkey, StringComparison.Ordinal), "no passkey in a log");
        }

        if (url.Protocol == TrackerProtocol.Udp)
            return;
        Uri announce = HttpAnnounce.Url(url, new AnnounceRequest(new InfoHash(default), new PeerId(default), 1));
        FuzzException.Require(announce.PathAndQuery.StartsWith(url.PathAndQuery, StringComparison.Ordinal), "the tracker's own part stays as it is");
        FuzzException.Require(announce.Host == url.Uri.Host && announce.Port == url.Port, "the announce goes to the tracker");
    }
}
