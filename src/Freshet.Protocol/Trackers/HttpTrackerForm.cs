using System.Diagnostics.CodeAnalysis;
using System.Text;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Trackers;

/// <summary>What announces and scrapes over HTTP have in common: how values stand in a URL, and what an answer is.</summary>
internal static class HttpTrackerForm
{
    private static readonly UriCreationOptions Untouched = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>A URL that goes out as it was written.</summary>
    public static Uri AsItStands(string url) => new(url, Untouched);

    /// <summary>Appends bytes percent-encoded.</summary>
    public static void Escape(StringBuilder url, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
                url.Append((char)b);
            else
                url.Append('%').Append(b.ToString("X2"));
        }
    }

    /// <summary>Reads an answer's dictionary.</summary>
    public static bool TryReadAnswer(ReadOnlySpan<byte> body, out BencodeValue root, [NotNullWhen(false)] out string? error)
    {
        var limits = new BencodeLimits(TrackerLimits.MaxDepth, TrackerLimits.MaxTokens);
        // Some trackers end their answer with a line break; what follows the dictionary says nothing.
        bool isRead = BencodeDocument.TryParsePrefix(body, limits, out BencodeDocument document, out BencodeError bencodeError);
        root = isRead ? document.Root : default;
        error = !isRead ? $"The answer is not bencoded: {bencodeError}."
            : root.Kind != BencodeKind.Dictionary ? "The answer is not a dictionary."
            : null;
        return error is null;
    }

    /// <summary>A text for a person: short, without control characters.</summary>
    public static string? Text(BencodeValue value)
        => value.TryGetBytes(out ReadOnlySpan<byte> bytes) ? CleanText.Read(bytes, TrackerLimits.MaxText) : null;

    /// <summary>A count; null where there is none.</summary>
    public static int? Count(BencodeValue value)
        => value.TryGetInteger(out long count) && count >= 0 ? (int)Math.Min(count, int.MaxValue) : null;
}
