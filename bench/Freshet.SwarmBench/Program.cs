using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Limits;
using Freshet.SwarmBench.Restart;
using Freshet.SwarmBench.Rows;
using Freshet.SwarmBench.Swarm;

// The library in a process of its own, as two rows start it.
switch (args.FirstOrDefault())
{
    case "member-freshet":
        return await FreshetMember.RunAsync(args[1..]).ConfigureAwait(false);
    case "limited-freshet":
        return await LimitedFreshet.RunAsync(args[1..]).ConfigureAwait(false);
}

return new Bench(
    "SwarmBench",
    [new DownloadRow(), new UploadRow(), new SwarmRow(), new LimitRow(), new RestartRow()],
    static workplace => [new FreshetClient(workplace), new LibtorrentClient(workplace), new Aria2Client(workplace), new FloorClient(workplace)])
    .Run(args);
