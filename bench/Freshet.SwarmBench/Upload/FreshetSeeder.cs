using System.Globalization;
using System.Net;

namespace Freshet.SwarmBench.Upload;

/// <summary>The library as a seeder and nothing else: a process of its own, so that its CPU can be counted.</summary>
internal static class FreshetSeeder
{
    /// <summary>Seeds what is there, unchecked as libtorrent's seed mode does; says "ready", and "uploaded BYTES" when its input ends.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = new ClientOptions { ListenPort = int.Parse(args[2], CultureInfo.InvariantCulture), BindAddress = IPAddress.Loopback };
        BitTorrentClient client = await BitTorrentClient.StartAsync(options).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            AddResult added = await client.AddAsync(
                TorrentSource.FromFile(args[0]), new AddOptions { Directory = args[1], Check = CheckMode.None, UseTrackers = false }).ConfigureAwait(false);
            Torrent torrent = added.Torrent ?? throw new InvalidOperationException(added.ToString());
            await torrent.WaitAsync(TorrentCondition.Complete).ConfigureAwait(false);
            Console.WriteLine("ready");
            await Console.In.ReadLineAsync().ConfigureAwait(false);
            Console.WriteLine($"uploaded {torrent.Status().Uploaded}");
        }

        return 0;
    }
}
