namespace Freshet.SwarmBench.Download;

/// <summary>What to measure.</summary>
internal sealed record DownloadOptions
{
    public const string Usage = """
        SwarmBench download: whole processes side by side, each download from one libtorrent seeder over loopback.

          dotnet run -c Release --project bench/Freshet.SwarmBench -- download [--sizes 1,2,3] [--runs 3] [--clients freshet,libtorrent,floor]
                                                                      [--piece-length KIB] [--folder DIR] [--report FILE]

        --sizes     GiB; two or more give the slope that start-up has no part in (default 1,2,3)
        --runs      of each client and size, in rotated order; medians are printed (default 3)
        --clients   which (default all three)
        --folder    where data lies; a tmpfs (default /dev/shm)
        --report    a Markdown file to write besides

        The seeder has one core, the downloader another. Needs taskset, gcc, libssl-dev, time and python3-libtorrent.
        """;

    public IReadOnlyList<double> Sizes { get; init; } = [1, 2, 3];

    public int Runs { get; init; } = 3;

    public IReadOnlyList<string> Clients { get; init; } = ["freshet", "libtorrent", "floor"];

    public int PieceLength { get; init; } = 1024 * 1024;

    public string Folder { get; init; } = "/dev/shm";

    public string? Report { get; init; }

    public static DownloadOptions? Parse(string[] args)
    {
        var options = new DownloadOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
                return null;
            string value = args[i + 1];
            switch (args[i])
            {
                case "--sizes":
                    options = options with { Sizes = [.. value.Split(',').Select(double.Parse).Order()] };
                    break;
                case "--runs":
                    options = options with { Runs = int.Parse(value) };
                    break;
                case "--clients":
                    options = options with { Clients = value.Split(',') };
                    break;
                case "--piece-length":
                    options = options with { PieceLength = int.Parse(value) * 1024 };
                    break;
                case "--folder":
                    options = options with { Folder = value };
                    break;
                case "--report":
                    options = options with { Report = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
