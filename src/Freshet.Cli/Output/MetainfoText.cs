using System.Globalization;
using Freshet.Core;

namespace Freshet.Cli.Output;

/// <summary>A torrent for people.</summary>
internal static class MetainfoText
{
    private const int LabelWidth = 14;

    public static void Write(TextWriter output, Metainfo metainfo, MetainfoSections sections)
    {
        WriteFacts(output, metainfo);
        if (sections.Trackers)
            WriteTrackers(output, metainfo);
        if (sections.Files)
            WriteFiles(output, metainfo, sections.Roots);
        if (sections.Pieces)
            WritePieces(output, metainfo);
        foreach (string warning in metainfo.Warnings)
            Row(output, "Warning", warning);
    }

    /// <summary>One line a file, with the index that <c>--select</c> takes; and the root of its tree, if that is wanted and there is one.</summary>
    public static void WriteFiles(TextWriter output, Metainfo metainfo, bool withRoots = false)
    {
        output.WriteLine();
        output.WriteLine($"{"Index",6}  {"Size",10}  Path");
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            if (file.IsPad)
                continue;
            string link = file.IsStored ? "" : "  (a link: left out)";
            output.WriteLine($"{file.Index,6}  {Amounts.Bytes(file.Length),10}  {TerminalText.Escape(file.Path)}{link}");
            if (withRoots && file.PiecesRoot is { } root)
                output.WriteLine($"{"",6}  {"root",10}  {root}");
        }
    }

    private static void WriteFacts(TextWriter output, Metainfo metainfo)
    {
        PieceLayout layout = metainfo.Layout;
        int pads = layout.Files.Count(file => file.IsPad);
        Row(output, "Name", metainfo.Name);
        Row(output, "Version", metainfo.Version switch { TorrentVersion.V1 => "v1", TorrentVersion.V2 => "v2", _ => "hybrid (v1 and v2)" });
        if (metainfo.Hashes.V1 is { } v1)
            Row(output, "Info-hash v1", v1.ToString());
        if (metainfo.Hashes.V2 is { } v2)
        {
            Row(output, "Info-hash v2", v2.ToString());
            Row(output, "  truncated", $"{metainfo.Hashes.V2Swarm}, as trackers and peers know it");
            Row(output, "Piece layers", metainfo.HasAllPieceLayers ? "all there" : "some lack: they have to come from peers");
        }

        long size = layout.Files.Where(file => file.IsStored).Sum(file => file.Length);
        string exact = size.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
        Row(output, "Size", size < 1024 ? exact : $"{Amounts.Bytes(size)} ({exact})");
        Row(output, "Pieces", $"{Amounts.Count(layout.PieceCount, "piece")} of {Amounts.Bytes(layout.PieceLength)}");
        Row(output, "Files", Amounts.Count(layout.Files.Count - pads, "file") + (pads == 0 ? "" : $" and {Amounts.Count(pads, "pad file")}"));
        int trackers = metainfo.Trackers.Sum(tier => tier.Count);
        Row(output, "Trackers", trackers == 0 ? "none" : $"{Amounts.Count(trackers, "tracker")} in {Amounts.Count(metainfo.Trackers.Count, "tier")}");
        if (metainfo.UrlSeeds.Count + metainfo.HttpSeeds.Count > 0)
            Row(output, "Web seeds", Amounts.Count(metainfo.UrlSeeds.Count + metainfo.HttpSeeds.Count, "web seed"));
        if (metainfo.Nodes.Count > 0)
            Row(output, "DHT nodes", Amounts.Count(metainfo.Nodes.Count, "node"));
        if (metainfo.SimilarTorrents.Count > 0)
            Row(output, "Similar", string.Join(' ', metainfo.SimilarTorrents));
        foreach (string collection in metainfo.Collections)
            Row(output, "Collection", collection);
        Row(output, "Private", metainfo.IsPrivate ? "yes: peers come from its trackers alone" : "no");
        Row(output, "Source", metainfo.Source);
        Row(output, "Comment", metainfo.Comment is { } comment ? UrlSecrets.RedactText(comment) : null);
        Row(output, "Created by", metainfo.CreatedBy);
        Row(output, "Created on", metainfo.CreationDate?.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
    }

    private static void WriteTrackers(TextWriter output, Metainfo metainfo)
    {
        output.WriteLine();
        output.WriteLine("  Tier  Tracker");
        for (int tier = 0; tier < metainfo.Trackers.Count; tier++)
        {
            foreach (string url in metainfo.Trackers[tier])
                output.WriteLine($"{tier,6}  {TerminalText.Escape(UrlSecrets.RedactUrl(url))}");
        }

        foreach (string url in metainfo.UrlSeeds.Concat(metainfo.HttpSeeds))
            output.WriteLine($"   web  {TerminalText.Escape(UrlSecrets.RedactUrl(url))}");
        foreach ((string host, int port) in metainfo.Nodes)
            output.WriteLine($"  node  {TerminalText.Escape(host)}:{port}");
    }

    private static void WritePieces(TextWriter output, Metainfo metainfo)
    {
        output.WriteLine();
        if (metainfo.Hashes.V1 is null)
        {
            output.WriteLine("The hashes of a v2 torrent are in its files' merkle trees:");
            foreach (FileEntry file in metainfo.Layout.Files.Where(file => file.PiecesRoot is not null))
                output.WriteLine($"{file.Index,8}  {file.PiecesRoot}  {TerminalText.Escape(file.Path)}");
            return;
        }

        output.WriteLine("   Piece  SHA-1");
        for (int piece = 0; piece < metainfo.Layout.PieceCount; piece++)
            output.WriteLine($"{piece,8}  {metainfo.PieceHash(new PieceIndex(piece))}");
    }

    private static void Row(TextWriter output, string label, string? value)
    {
        if (value is not null)
            output.WriteLine(label.PadRight(LabelWidth) + TerminalText.Escape(value));
    }
}
