using System.Globalization;

namespace Freshet.SwarmBench.Swarm;

/// <summary>The swarm to play.</summary>
internal sealed record SwarmOptions
{
    public int Leechers { get; init; } = 8;

    public int MiB { get; init; } = 64;

    /// <summary>Bytes a second up, of each member.</summary>
    public long Rate { get; init; } = 1024 * 1024;

    public int Runs { get; init; } = 3;

    public IReadOnlyList<string> Clients { get; init; } = ["freshet", "libtorrent"];

    public string Folder { get; init; } = "/dev/shm";

    public string? Report { get; init; }

    /// <summary>The options, or null where they are not understood.</summary>
    public static SwarmOptions? Parse(string[] args)
    {
        var options = new SwarmOptions();
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            string value = args[i + 1];
            SwarmOptions? next = args[i] switch
            {
                "--leechers" => options with { Leechers = Number(value) },
                "--mib" => options with { MiB = Number(value) },
                "--rate" => options with { Rate = Number(value) * 1024L },
                "--runs" => options with { Runs = Number(value) },
                "--clients" => options with { Clients = value.Split(',') },
                "--folder" => options with { Folder = value },
                "--report" => options with { Report = value },
                _ => null,
            };
            if (next is null)
                return null;
            options = next;
        }

        return args.Length % 2 == 0 ? options : null;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
