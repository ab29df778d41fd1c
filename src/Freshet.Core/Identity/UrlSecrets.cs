using System.Text;

namespace Freshet.Core;

/// <summary>
/// Takes the secrets out of URLs before anyone sees them (THREATS H5): a tracker's passkey is a password, and stands in the path, in the query or before
/// the host. What is taken out reads <c>***</c>; host and shape stay, so that a person still knows which tracker is meant.
/// </summary>
public static class UrlSecrets
{
    /// <summary>What stands where a secret was.</summary>
    public const string Mask = "***";

    /// <summary>A path segment this long that has a digit is taken for a secret wherever it stands.</summary>
    private const int LongSegment = 16;

    /// <summary>Before <c>announce</c> or <c>scrape</c> a segment this long with a digit is taken for one.</summary>
    private const int SegmentBeforeAnnounce = 6;

    /// <summary>The URL without user names, passwords, passkeys in the path, and values in the query. Any text will do; never throws.</summary>
    public static string RedactUrl(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return url;
        int start = scheme + 3;
        int authorityEnd = IndexOfAny(url, start, "/?#");
        int at = url.LastIndexOf('@', authorityEnd - 1, authorityEnd - start);
        int pathEnd = IndexOfAny(url, authorityEnd, "?#");
        var redacted = new StringBuilder(url.Length);
        redacted.Append(url, 0, start);
        if (at >= 0)
            redacted.Append(Mask).Append('@');
        redacted.Append(url, at < 0 ? start : at + 1, authorityEnd - (at < 0 ? start : at + 1));
        AppendPath(redacted, url[authorityEnd..pathEnd]);
        AppendQuery(redacted, url[pathEnd..]);
        return redacted.ToString();
    }

    /// <summary>The text with every URL in it redacted, for messages of trackers and of the system.</summary>
    public static string RedactText(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return text;
        var redacted = new StringBuilder(text.Length);
        int done = 0;
        while (true)
        {
            int scheme = text.IndexOf("://", done, StringComparison.Ordinal);
            if (scheme < 0)
                return redacted.Append(text, done, text.Length - done).ToString();
            int start = scheme;
            while (start > done && char.IsAsciiLetterOrDigit(text[start - 1]))
                start--;
            int end = scheme + 3;
            while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('"' or '\'' or '<' or '>' or ')' or '(' or ']' or '}' or ','))
                end++;
            redacted.Append(text, done, start - done).Append(RedactUrl(text[start..end]));
            done = end;
        }
    }

    private static void AppendPath(StringBuilder redacted, string path)
    {
        string[] segments = path.Split('/');
        bool announces = segments[^1].StartsWith("announce", StringComparison.OrdinalIgnoreCase)
            || segments[^1].StartsWith("scrape", StringComparison.OrdinalIgnoreCase);
        for (int i = 0; i < segments.Length; i++)
        {
            if (i > 0)
                redacted.Append('/');
            bool early = announces && i < segments.Length - 1;
            redacted.Append(LooksSecret(segments[i], early ? SegmentBeforeAnnounce : LongSegment) ? Mask : segments[i]);
        }
    }

    private static void AppendQuery(StringBuilder redacted, string query)
    {
        bool inValue = false;
        foreach (char c in query)
        {
            if (inValue && c is not ('&' or ';' or '#'))
                continue;
            inValue = false;
            redacted.Append(c);
            if (c == '=')
            {
                inValue = true;
                redacted.Append(Mask);
            }
        }
    }

    private static bool LooksSecret(string segment, int least)
    {
        if (segment.Length < least)
            return false;
        bool digit = false;
        foreach (char c in segment)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '=' or '%' or '~'))
                return false;
            digit |= char.IsAsciiDigit(c);
        }

        return digit || segment.Length >= 2 * LongSegment;
    }

    private static int IndexOfAny(string text, int from, string any)
    {
        int found = text.AsSpan(from).IndexOfAny(any);
        return found < 0 ? text.Length : from + found;
    }
}
