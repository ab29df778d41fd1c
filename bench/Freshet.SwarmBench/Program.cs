using Freshet.SwarmBench.Clients;
using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Idle;
using Freshet.SwarmBench.Limits;
using Freshet.SwarmBench.Magnet;
using Freshet.SwarmBench.Restart;
using Freshet.SwarmBench.Rows;
using Freshet.SwarmBench.StartUp;
using Freshet.SwarmBench.Swarm;
using Freshet.SwarmBench.SystemCalls;
using Freshet.SwarmBench.Transfers;

// The library in a process of its own, as some rows start it.
switch (args.FirstOrDefault())
{
    case "member-freshet":
        return await FreshetMember.RunAsync(args[1..]).ConfigureAwait(false);
    case "limited-freshet":
        return await LimitedFreshet.RunAsync(args[1..]).ConfigureAwait(false);
    case FreshetNodes.Verb:
        return await FreshetNodes.RunAsync(args[1..]).ConfigureAwait(false);
    case FreshetMagnet.Verb:
        return await FreshetMagnet.RunAsync(args[1..]).ConfigureAwait(false);
}

Row[] rows =
[
    .. Enum.GetValues<BenchVersion>().Select(static version => new DownloadRow(version)),
    new DownloadManyRow(),
    new EncryptedRow(),
    new FilesRow(),
    new BetweenRow(),
    new UtpRow(),
    new UploadRow(),
    new SystemCallsRow(),
    new CheckRow(),
    new CreateRow(isHybrid: false), new CreateRow(isHybrid: true),
    new StartUpRow(),
    new RestartRow(),
    new IdleRow(),
    new SwarmRow(),
    new LimitRow(),
    new MagnetRow(),
];

return new Bench("SwarmBench", rows, static workplace =>
[
    new FreshetClient(workplace), new LibtorrentClient(workplace), new Aria2Client(workplace), new FloorClient(workplace),
    new FreshetSession(workplace), new TransmissionClient(workplace), new MktorrentClient(),
]).Run(args);
