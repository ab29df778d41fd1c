namespace Freshet.Core;

/// <summary>A .torrent file that cannot be used: the message says what is wrong and where.</summary>
public sealed class MetainfoException : FormatException
{
    // Keys and reasons may hold names from the torrent.
    private const int LongestKey = 300;
    private const int LongestReason = 500;

    /// <summary>Says what is wrong with a key.</summary>
    /// <param name="key">The path of keys, such as <c>info.files[3].length</c>; empty for the file as a whole.</param>
    /// <param name="position">The offset in the file, or -1 where nothing is there.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="inner">The error beneath.</param>
    public MetainfoException(string key, int position, string reason, Exception? inner = null)
        : base(Describe(DisplayText.Safe(key, LongestKey), position, DisplayText.Safe(reason, LongestReason)), inner)
    {
        Key = key;
        Position = position;
        Reason = reason;
    }

    /// <summary>The path of keys, such as <c>info.files[3].length</c>; empty for the file as a whole.</summary>
    public string Key { get; }

    /// <summary>The offset in the file, or -1 where what is wrong is that something is not there.</summary>
    public int Position { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    /// <summary>The same error, seen from the dictionary or list around it.</summary>
    /// <param name="parent">The key or index of that dictionary or list.</param>
    internal MetainfoException Within(string parent)
    {
        string separator = Key.Length == 0 || Key[0] == '[' ? "" : ".";
        return new MetainfoException(parent + separator + Key, Position, Reason, InnerException);
    }

    private static string Describe(string key, int position, string reason)
    {
        string where = position < 0 ? "" : $" (at byte {position})";
        return key.Length == 0 ? $"Not a usable torrent file: {reason}{where}." : $"Not a usable torrent file: '{key}' {reason}{where}.";
    }
}
