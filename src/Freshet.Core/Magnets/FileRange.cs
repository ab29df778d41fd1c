using System.Globalization;

namespace Freshet.Core;

/// <summary>Files of a torrent that follow one another (BEP 53).</summary>
/// <param name="First">The index of the first.</param>
/// <param name="Last">The index of the last, which belongs to it.</param>
public readonly record struct FileRange(int First, int Last)
{
    /// <summary>Whether a file is one of them.</summary>
    public bool Contains(FileIndex file) => file.Value >= First && file.Value <= Last;

    /// <summary><c>3</c> or <c>3-7</c>.</summary>
    public override string ToString() => First == Last ? Text(First) : $"{Text(First)}-{Text(Last)}";

    /// <summary>Reads an index or a range as a link has it; false also where it ends before it begins, or beyond every torrent.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out FileRange range)
    {
        int dash = text.IndexOf('-');
        bool isRead = TryIndex(dash < 0 ? text : text[..dash], out int first) & TryIndex(dash < 0 ? text : text[(dash + 1)..], out int last);
        range = new FileRange(first, last);
        return isRead && first <= last;
    }

    private static bool TryIndex(ReadOnlySpan<char> text, out int index)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index <= MagnetLimits.MaxFileIndex;

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);
}
