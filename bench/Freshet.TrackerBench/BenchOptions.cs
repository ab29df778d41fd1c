namespace Freshet.TrackerBench;

/// <summary>What to measure.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        TrackerBench: freshet tracker serve beside opentracker, announces over loopback from 32 addresses.

          dotnet run -c Release --project bench/Freshet.TrackerBench -- [--runs 3] [--seconds 5] [--warm-up 60000] [--torrents 1000] [--peers 1000]
                                                                        [--trackers freshet,opentracker] [--protocols udp,http] [--report FILE]

        --runs       of each tracker and protocol, in rotated order; medians are printed
        --seconds    of load that are measured, after as many announces as --warm-up says
        --torrents   random ones are announced, all on the trackers' lists
        --peers      that announce, a quarter of them seeders; any for any torrent
        --report     a Markdown file to write besides

        The tracker has one core, the load another. Over UDP 128 announces are under way, over HTTP 64 connections of one announce each.
        Needs taskset, gcc and opentracker.
        """;

    public int Runs { get; init; } = 3;

    public double Seconds { get; init; } = 5;

    public long WarmUp { get; init; } = 60_000;

    public int Torrents { get; init; } = 1000;

    public int Peers { get; init; } = 1000;

    public IReadOnlyList<string> Trackers { get; init; } = ["freshet", "opentracker"];

    public IReadOnlyList<string> Protocols { get; init; } = ["udp", "http"];

    public string? Report { get; init; }

    public static BenchOptions? Parse(string[] args)
    {
        var options = new BenchOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
                return null;
            string value = args[i + 1];
            switch (args[i])
            {
                case "--runs":
                    options = options with { Runs = int.Parse(value) };
                    break;
                case "--seconds":
                    options = options with { Seconds = double.Parse(value) };
                    break;
                case "--warm-up":
                    options = options with { WarmUp = long.Parse(value) };
                    break;
                case "--torrents":
                    options = options with { Torrents = int.Parse(value) };
                    break;
                case "--peers":
                    options = options with { Peers = int.Parse(value) };
                    break;
                case "--trackers":
                    options = options with { Trackers = value.Split(',') };
                    break;
                case "--protocols":
                    options = options with { Protocols = value.Split(',') };
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
