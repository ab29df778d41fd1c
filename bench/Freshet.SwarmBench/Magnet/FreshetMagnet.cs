using System.Diagnostics;
using System.Net;
using Freshet.Core;

namespace Freshet.SwarmBench.Magnet;

/// <summary>
/// The library downloads what one magnet link names, and later, in the same session, what another does: <c>magnet-freshet FOLDER ADDRESS ROUTER LINK LINK</c>. Says what
/// <c>magnet_client.py</c> says; ends with its input.
/// </summary>
internal static class FreshetMagnet
{
    public const string Verb = "magnet-freshet";

    public static async Task<int> RunAsync(string[] args)
    {
        Say("session");
        BitTorrentClient client = await BitTorrentClient.StartAsync(new ClientOptions
        {
            BindAddress = IPAddress.Parse(args[1]),
            ListenPort = MixedDht.Port,
            StateDirectory = Path.Combine(args[0], "state"),
            LocalDiscovery = null,
            PeerExchange = false,
            Dht = new DhtOptions { Routers = [IPEndPoint.Parse(args[2])] },
        }).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            await DownloadAsync(client, args[3], Path.Combine(args[0], "first"), "").ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            Say("session-2");
            await DownloadAsync(client, args[4], Path.Combine(args[0], "second"), "-2").ConfigureAwait(false);
            await Console.In.ReadLineAsync().ConfigureAwait(false);
        }

        return 0;
    }

    private static async Task DownloadAsync(BitTorrentClient client, string link, string folder, string suffix)
    {
        TorrentSource source = TorrentSource.FromMagnet(link);
        Task watching = WatchAsync(client, source.Magnet!.Hashes.Primary, suffix);
        await client.AddAsync(source, new AddOptions { Directory = folder }).ConfigureAwait(false);
        await watching.ConfigureAwait(false);
    }

    /// <summary>A piece is a block here: it counts when it is proved, which is later than its first byte.</summary>
    private static async Task WatchAsync(BitTorrentClient client, InfoHash torrent, string suffix)
    {
        await foreach (TorrentEvent happened in client.EventsAsync().ConfigureAwait(false))
        {
            switch (happened)
            {
                case PeerConnected peer when client.Find(torrent)?.Id == peer.Torrent:
                    Say("peer" + suffix);
                    break;
                case MetadataReceived metadata when client.Find(torrent)?.Id == metadata.Torrent:
                    Say("metadata" + suffix);
                    break;
                case PieceCompleted piece when client.Find(torrent)?.Id == piece.Torrent:
                    Say("payload" + suffix);
                    return;
            }
        }
    }

    /// <summary>When the monotonic clock of the system, which Python and stopwatches read too, shows what.</summary>
    private static void Say(string what) => Console.WriteLine($"{what} {Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency:0.000000}");
}
