using Freshet.SwarmBench.Download;
using Freshet.SwarmBench.Limits;
using Freshet.SwarmBench.Swarm;
using Freshet.SwarmBench.Restart;
using Freshet.SwarmBench.Upload;

// One mode a question; each is a folder with its own options, runs and report.
string mode = args.FirstOrDefault() ?? "";
string[] rest = args.Length == 0 ? [] : args[1..];
switch (mode)
{
    case "download":
        return DownloadBench.Run(rest);
    case "upload":
        return UploadBench.Run(rest);
    case "swarm":
        return SwarmBench.Run(rest);
    case "member-freshet":
        return await FreshetMember.RunAsync(rest).ConfigureAwait(false);
    case "limits":
        return LimitBench.Run(rest);
    case "limited-freshet":
        return await LimitedFreshet.RunAsync(rest).ConfigureAwait(false);
    case "restart":
        return RestartBench.Run(rest);
    default:
        Console.Error.WriteLine("""
            SwarmBench: whole processes side by side.

              dotnet run -c Release --project bench/Freshet.SwarmBench -- MODE [options]; MODE --help lists a mode's options

            download    from one libtorrent seeder: Freshet, libtorrent, and a C program doing the same system calls
            restart     with a thousand idle seeding torrents: time until all seed, memory of each, CPU when idle
            upload      to four libtorrent leechers: the same three as the seeder
            swarm       one seeder and N leechers of one client with equal upload limits: how near the bound they end, how often the seeder sends its content
            limits      Freshet's rate limits as a libtorrent peer sees them, up and down
            """);
        return 2;
}
