using System.Globalization;
using Freshet.Core;

namespace Freshet.Tracker.Answering;

/// <summary>A list of info-hashes, read from a file: 40 hexadecimal digits a line; what follows a <c>#</c> and empty lines say nothing.</summary>
internal sealed class InfoHashList
{
    /// <summary>Lines of a file: more than any private tracker has torrents, and some 200 MB of memory.</summary>
    public const int MaxLines = 2_000_000;

    private readonly HashSet<InfoHash> _hashes = [];

    private InfoHashList()
    {
    }

    public int Count => _hashes.Count;

    public bool Contains(InfoHash hash) => _hashes.Contains(hash);

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">A line is no info-hash, or there are too many; the message says which line.</exception>
    public static InfoHashList Read(TextReader reader)
    {
        var list = new InfoHashList();
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            if (++number > MaxLines)
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it has more than {MaxLines} lines"));
            int comment = line.IndexOf('#', StringComparison.Ordinal);
            ReadOnlySpan<char> text = line.AsSpan(0, comment < 0 ? line.Length : comment).Trim();
            if (text.IsEmpty)
                continue;
            if (!Sha1Hash.TryParse(text, out Sha1Hash hash))
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {number} is not 40 hexadecimal digits"));
            list._hashes.Add(new InfoHash(hash));
        }

        return list;
    }
}

/// <summary>Which torrents a tracker serves.</summary>
/// <param name="Allowed">Only these, or null: all.</param>
/// <param name="Denied">None of these, or null.</param>
internal sealed record TorrentLists(InfoHashList? Allowed, InfoHashList? Denied)
{
    public static TorrentLists All { get; } = new(null, null);

    public bool Serves(InfoHash hash) => (Allowed is null || Allowed.Contains(hash)) && (Denied is null || !Denied.Contains(hash));
}
