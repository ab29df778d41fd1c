using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>The same command where a session checks, not the verb that does nothing else.</summary>
internal sealed class FreshetSession(Workplace workplace) : IChecker
{
    public string Name => "freshet-session";

    public string Version() => $"{Machine.FreshetVersion()}, a session";

    public string[] Check(BenchTorrent torrent) =>
    [
        "dotnet", Machine.Freshet, "seed", torrent.Torrent, "-o", torrent.Folder, "--check", "full", "--seed-ratio", "0", "--listen-port", "0", "--bind", "127.0.0.1",
        "--no-trackers", "--no-dht", "--no-lsd", "--encryption", "off", "--state-dir", workplace["state"], "--no-log-file", "-q",
    ];
}
