using System.Diagnostics;
using System.Globalization;
using System.Net;
using Freshet.Abstractions;

namespace Freshet.SwarmBench.Limits;

/// <summary>The library with one limit, in a process of its own: seeds, or downloads from one peer, and counts.</summary>
internal static class LimitedFreshet
{
    /// <summary><c>seed|leech TORRENT FOLDER PORT RATE</c>: the port is its own for a seeder, the peer's for a leecher.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        bool isSeed = args[0] == "seed";
        int port = int.Parse(args[3], CultureInfo.InvariantCulture);
        long rate = long.Parse(args[4], CultureInfo.InvariantCulture);
        var options = new ClientOptions
        {
            ListenPort = isSeed ? port : null,
            Utp = UtpUse.Off,
            BindAddress = IPAddress.Loopback,
            Encryption = EncryptionUse.Off,
            Limits = new RateLimits { Normal = isSeed ? new TransferLimits(rate, null) : new TransferLimits(null, rate) },
        };
        BitTorrentClient client = await BitTorrentClient.StartAsync(options).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            AddResult added = await client.AddAsync(
                TorrentSource.FromFile(args[1]),
                new AddOptions
                {
                    Directory = args[2],
                    Check = isSeed ? CheckMode.None : CheckMode.Auto,
                    UseTrackers = false,
                    Peers = isSeed ? [] : [new IPEndPoint(IPAddress.Loopback, port)],
                }).ConfigureAwait(false);
            Torrent torrent = added.Torrent;
            if (isSeed)
                await torrent.WaitAsync(TorrentCondition.Complete).ConfigureAwait(false);
            Console.WriteLine("ready");
            while (await Console.In.ReadLineAsync().ConfigureAwait(false) is not null)
            {
                // Of the connections at this moment: a status may be older.
                IReadOnlyList<PeerStatus> peers = await torrent.GetPeersAsync().ConfigureAwait(false);
                double seconds = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"bytes {peers.Sum(static peer => peer.Uploaded)} {peers.Sum(static peer => peer.Downloaded)} {seconds:0.000000}"));
            }
        }

        return 0;
    }
}
