using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>Text of strangers (trackers, peers, names) for events and logs: one line, no control characters, no secrets of URLs (THREATS B13, H5).</summary>
internal static class PlainText
{
    /// <summary>What a tracker has to say fits in this; more is not worth a log's space.</summary>
    private const int Longest = 1000;

    public static string Of(string text) => DisplayText.Safe(UrlSecrets.RedactText(text), Longest);

    public static string? OrNull(string? text) => text is null ? null : Of(text);
}
