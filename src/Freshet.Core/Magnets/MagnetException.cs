namespace Freshet.Core;

/// <summary>A magnet link or info-hash that cannot be used: the message says what is wrong and where.</summary>
public sealed class MagnetException(string reason) : FormatException($"Not a usable magnet link: {DisplayText.Safe(reason, LongestReason)}.")
{
    // A reason may hold words of the link.
    private const int LongestReason = 300;
}
