using System.Text;

namespace Freshet.Core;

/// <summary>What the parts of the metainfo parser share.</summary>
internal sealed class ParseContext(TorrentText text)
{
    private const int LongestWarning = 500;

    private readonly List<string> _warnings = [];
    private int _unsaid;
    private long _pathCharacters;
    private string[] _lastPath = [];

    public TorrentText Text { get; } = text;

    public void Warn(string warning)
    {
        if (_warnings.Count < MetainfoLimits.MaxWarnings)
            _warnings.Add(DisplayText.Safe(warning, LongestWarning));
        else
            _unsaid++;
    }

    public IReadOnlyList<string> Warnings() => _unsaid == 0 ? _warnings : [.. _warnings, $"and {_unsaid} more oddities"];

    /// <summary>The error for a value that is missing or not what it should be.</summary>
    public static MetainfoException Wrong(string key, BencodeValue value, string expected) => value.Exists
        ? new MetainfoException(key, value.Position, $"is {Described(value.Kind)} where {expected} belongs")
        : new MetainfoException(key, -1, "is missing");

    private static string Described(BencodeKind kind) => kind switch
    {
        BencodeKind.Integer => "an integer",
        BencodeKind.String => "a string",
        BencodeKind.List => "a list",
        _ => "a dictionary",
    };

    /// <summary>A string as text, the variant in UTF-8 first; null where there is none.</summary>
    public string? OptionalText(BencodeValue utf8, BencodeValue plain)
    {
        if (utf8.TryGetBytes(out ReadOnlySpan<byte> bytes) && !bytes.IsEmpty)
            return Text.Decode(bytes);
        return plain.TryGetBytes(out bytes) ? Text.Decode(bytes) : null;
    }

    /// <summary>The path elements of a list of strings. The next file is mostly in the same folders: their names are the same objects then.</summary>
    public string[] PathOf(BencodeValue list, string key)
    {
        int count = list.Count();
        if (count > MetainfoLimits.MaxPathElements)
            throw new MetainfoException(key, list.Position, $"has {count} elements; at most {MetainfoLimits.MaxPathElements} are taken");
        string[] path = new string[count];
        int i = 0;
        foreach (BencodeValue element in list.Items)
        {
            if (!element.TryGetBytes(out ReadOnlySpan<byte> bytes))
                throw Wrong($"{key}[{i}]", element, "a string");
            path[i] = i < _lastPath.Length && Ascii.Equals(bytes, _lastPath[i]) ? _lastPath[i] : Text.Decode(bytes);
            i++;
        }

        return _lastPath = path;
    }

    /// <summary>
    /// Counts a path against the limit for all: a folder's name is repeated for each file in it, so that a small torrent could unfold to much memory.
    /// </summary>
    public void CountPath(ReadOnlySpan<string> path, int position)
    {
        const int ForEachElement = 8;
        foreach (string element in path)
            _pathCharacters += element.Length + ForEachElement;
        if (_pathCharacters > MetainfoLimits.MaxPathCharacters)
            throw new MetainfoException("", position, $"makes the paths longer than {MetainfoLimits.MaxPathCharacters} characters in all");
    }

    /// <summary>The attributes of a file (BEP 47 <c>attr</c>); letters that are not known are left out.</summary>
    public static FileAttributesBep47 AttributesOf(BencodeValue file)
    {
        var attributes = FileAttributesBep47.None;
        file["attr"u8].TryGetBytes(out ReadOnlySpan<byte> letters);
        foreach (byte letter in letters)
        {
            attributes |= letter switch
            {
                (byte)'p' => FileAttributesBep47.Pad,
                (byte)'x' => FileAttributesBep47.Executable,
                (byte)'h' => FileAttributesBep47.Hidden,
                (byte)'l' => FileAttributesBep47.Symlink,
                _ => FileAttributesBep47.None,
            };
        }

        return attributes;
    }

    /// <summary>A file's length, checked.</summary>
    public static long LengthOf(BencodeValue length, string key)
    {
        if (!length.TryGetInteger(out long value))
            throw Wrong(key, length, "an integer");
        if (value is < 0 or > MetainfoLimits.MaxTotalLength)
            throw new MetainfoException(key, length.Position, $"is {value}; a length is between 0 and {MetainfoLimits.MaxTotalLength}");
        return value;
    }
}
