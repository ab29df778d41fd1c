using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>Which redirects of trackers, and of servers that hold torrent files, are followed (THREATS H1, H2, H4).</summary>
public static class RedirectRules
{
    /// <summary>Redirects in a row that are followed (limits of THREATS section 5).</summary>
    public const int MaxRedirects = 5;

    private static readonly UriCreationOptions AsItStands = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Whether a status is a redirect that keeps the method GET.</summary>
    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <summary>Works out where a redirect leads.</summary>
    /// <param name="from">The URL that answered.</param>
    /// <param name="location">Its Location header.</param>
    /// <param name="next">Where to go.</param>
    /// <returns>Null, or why the redirect is not followed.</returns>
    public static string? Follow(Uri from, string? location, out Uri? next)
    {
        next = null;
        if (string.IsNullOrEmpty(location))
            return "the server redirects without saying where";
        if (location.Length > TrackerLimits.MaxUrl * 2)
            return "the server redirects to a URL that is too long";
        string text = Absolute(from, location);
        if (!Uri.TryCreate(text, in AsItStands, out Uri? uri))
            return "the server redirects to something that is no URL";
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            return $"the server redirects to {uri.Scheme}:, which is not allowed";

        // The URL carries the passkey: it must not go from an encrypted exchange into a readable one.
        if (from.Scheme == Uri.UriSchemeHttps && uri.Scheme == Uri.UriSchemeHttp)
            return "the server redirects from https to http, which is not allowed";
        if (uri.UserInfo.Length > 0 && !string.Equals(uri.Authority, from.Authority, StringComparison.OrdinalIgnoreCase))
            return "the server redirects to a URL with credentials, which is not allowed";
        next = uri;
        return null;
    }

    private static string Absolute(Uri from, string location)
    {
        string origin = $"{from.Scheme}://{from.Authority}";
        if (location.StartsWith("//", StringComparison.Ordinal))
            return $"{from.Scheme}:{location}";
        if (location[0] == '/')
            return origin + location;
        if (location[0] == '?')
            return origin + from.AbsolutePath + location;

        // A scheme ends in a colon before any slash, question mark or number sign (RFC 3986).
        int colon = location.IndexOf(':', StringComparison.Ordinal);
        int other = location.AsSpan().IndexOfAny('/', '?', '#');
        if (colon > 0 && (other < 0 || colon < other))
            return location;
        string path = from.AbsolutePath;
        return origin + path[..(path.LastIndexOf('/') + 1)] + location;
    }
}
