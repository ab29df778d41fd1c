using System.Net;
using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli.Parsing;

/// <summary>What a user may name as a torrent: a file, an http(s) URL, <c>-</c>, and for downloads a magnet link, an info-hash or a folder of torrents.</summary>
internal static class Sources
{
    public const string Help = "A torrent file, an http(s) URL, or - for standard input";

    /// <summary>One source; <c>-</c> is standard input.</summary>
    public static TorrentSource Open(string text, Streams streams, IPAddress? bind = null)
    {
        if (text == "-")
            return TorrentSource.FromStream(streams.In(), "standard input");
        if (text.Length == 0)
            throw new CommandFailure(ExitCode.Usage, "a source is empty: give a torrent file, an http(s) URL, or -.");

        // What is pasted has blanks around it.
        return TorrentSource.Parse(MagnetLink.IsMeant(text.Trim()) ? text.Trim() : text, bind);
    }

    /// <summary>A magnet link or an info-hash, and nothing else.</summary>
    public static MagnetLink Link(string text)
    {
        try
        {
            return MagnetLink.Parse(text.Trim());
        }
        catch (MagnetException error)
        {
            throw new CommandFailure(ExitCode.VerifyFailed, error.Message, TroubleCodes.SourceInvalid);
        }
    }

    /// <summary>Each text as a source; of a folder every <c>*.torrent</c> in it, by name.</summary>
    public static IReadOnlyList<TorrentSource> OpenAll(IReadOnlyList<string> texts, Streams streams, IPAddress? bind)
    {
        var sources = new List<TorrentSource>();
        foreach (string text in texts)
        {
            if (text == "-" || !Directory.Exists(text))
            {
                sources.Add(Open(text, streams, bind));
                continue;
            }

            string[] files = [.. Directory.EnumerateFiles(text, "*.torrent").Order(StringComparer.Ordinal)];
            if (files.Length == 0)
                throw new CommandFailure(ExitCode.SourceUnreadable, $"The folder {text} has no file that ends in .torrent.");
            sources.AddRange(files.Select(TorrentSource.FromFile));
        }

        return sources;
    }
}
