namespace Freshet.Cli.Parsing;

/// <summary>A tracker's URL: http, https or udp.</summary>
internal static class TrackerText
{
    public static bool TryParse(string text, out Uri? url)
        => Uri.TryCreate(text, UriKind.Absolute, out url) && url.Scheme is "http" or "https" or "udp" && url.Host.Length > 0;
}
