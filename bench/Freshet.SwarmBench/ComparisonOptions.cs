namespace Freshet.SwarmBench;

/// <summary>What to measure of several clients that do the same.</summary>
internal sealed record ComparisonOptions
{
    public const string Usage = """
          [--sizes GIB,…] [--runs 3] [--clients freshet,libtorrent,floor] [--piece-length KIB] [--folder DIR] [--report FILE]

        --sizes     GiB; two or more give the slope that start-up has no part in
        --runs      of each client and size, in rotated order; medians are printed (default 3)
        --clients   which (default all three)
        --folder    where data lies; a tmpfs (default /dev/shm)
        --report    a Markdown file to write besides

        The seeding side has one core, the downloading side another. Needs taskset, gcc, libssl-dev, time and python3-libtorrent.
        """;

    public required IReadOnlyList<double> Sizes { get; init; }

    public int Runs { get; init; } = 3;

    public IReadOnlyList<string> Clients { get; init; } = ["freshet", "libtorrent", "floor"];

    public int PieceLength { get; init; } = 1024 * 1024;

    public string Folder { get; init; } = "/dev/shm";

    public string? Report { get; init; }

    /// <summary>The options, or null where they are not understood.</summary>
    public static ComparisonOptions? Parse(string[] args, params double[] sizes)
    {
        var options = new ComparisonOptions { Sizes = sizes };
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
