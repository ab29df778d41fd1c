using System.Diagnostics;
using System.Globalization;
using System.Net;
using Freshet.Abstractions;

namespace Freshet.SwarmBench.Swarm;

/// <summary>The library as one member of a swarm, with an upload limit; says and reads what <c>swarm_member.py</c> does.</summary>
internal static class FreshetMember
{
    public static async Task<int> RunAsync(string[] args)
    {
        bool isSeed = string.Equals(args[5], "seed", StringComparison.Ordinal);
        var options = new ClientOptions
        {
            Utp = UtpUse.Off,
            BindAddress = IPAddress.Parse(args[2]),
            ListenPort = int.Parse(args[3], CultureInfo.InvariantCulture),
            Limits = new RateLimits { Normal = new TransferLimits { Up = long.Parse(args[4], CultureInfo.InvariantCulture) } },
            StateDirectory = Path.Combine(Environment.GetEnvironmentVariable("XDG_STATE_HOME")!, args[2]),
        };
        BitTorrentClient client = await BitTorrentClient.StartAsync(options).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            AddResult added = await client.AddAsync(
                TorrentSource.FromFile(args[0]),
                new AddOptions { Directory = args[1], Check = isSeed ? CheckMode.None : CheckMode.Auto, UseTrackers = false }).ConfigureAwait(false);
            Torrent torrent = added.Torrent ?? throw new InvalidOperationException(added.ToString());
            await torrent.WaitAsync(isSeed ? TorrentCondition.Complete : TorrentCondition.Checked).ConfigureAwait(false);
            Console.WriteLine("ready");
            string peers = await Console.In.ReadLineAsync().ConfigureAwait(false) ?? "";
            long started = Stopwatch.GetTimestamp();
            await torrent.AddPeersAsync([.. peers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPEndPoint.Parse)]).ConfigureAwait(false);
            if (!isSeed)
            {
                await torrent.WaitAsync(TorrentCondition.Complete).ConfigureAwait(false);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {Stopwatch.GetElapsedTime(started).TotalSeconds:0.000}"));
            }

            await Console.In.ReadLineAsync().ConfigureAwait(false);
            Console.WriteLine($"uploaded {torrent.Status().Uploaded}");
        }

        return 0;
    }
}
