using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Transfers;

/// <summary>Options of rows that move content.</summary>
internal static class ContentOptions
{
    public static readonly Option PieceLength = new("--piece-length", "1024", "KiB");
    public static readonly Option Content = new("--content", "", "where the seeders' content lies; the folder of --folder where it is not given");

    public static Option Sizes(string sizes) => new("--sizes", sizes, "GiB of content; two or more give the slope that start-up has no part in");

    public static long Bytes(double gib) => (long)(gib * (1L << 30));

    /// <summary>Makes the content of one size.</summary>
    public static BenchTorrent Make(Options options, Workplace workplace, double gib, BenchVersion version = BenchVersion.V1)
    {
        string root = workplace.New("content");
        if (options.Text(Content) is { Length: > 0 } folder)
            root = Path.Combine(folder, $"{Path.GetFileName(workplace.Folder)}-{Path.GetFileName(root)}");
        BenchTorrent torrent = workplace.Own(BenchTorrent.OfOneFile(root, Bytes(gib), options.Number(PieceLength) * 1024));

        // Whoever is measured shall not have made what it is measured with.
        if (version != BenchVersion.V1)
            MeasuredProcess.Run(workplace, "0", new LibtorrentClient(workplace).Create(torrent, torrent.Torrent, version));
        return torrent;
    }
}
