using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests.Clients;

/// <summary>transmission-daemon, as a seeder or a leecher. It takes some ten seconds before it talks to peers.</summary>
internal static class Transmission
{
    public const string Daemon = "/usr/bin/transmission-daemon";
    public const string Client = "/usr/bin/transmission-cli";
    public const int Port = 51413;

    /// <summary>Seeds a torrent where the data lies in the folder; else downloads it into that, then goes on giving.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="torrent">The torrent file.</param>
    /// <param name="folder">Where the data is, or goes.</param>
    /// <param name="encrypts">Whether it speaks with nobody who does not encrypt; else it never does.</param>
    public static async Task<LabProcess> JoinAsync(LabHost host, string torrent, string folder, bool encrypts = false)
    {
        string config = await ConfigureAsync(host, folder, encrypts);
        string torrents = Directory.CreateDirectory(Path.Combine(config, "torrents")).FullName;
        File.Copy(torrent, Path.Combine(torrents, Path.GetFileName(torrent)));
        return host.Start(Daemon, "-f", "-g", config, "--log-info");
    }

    /// <summary>Downloads what a magnet link leads to, then goes on giving.</summary>
    public static async Task<LabProcess> JoinByLinkAsync(LabHost host, string link, string folder)
        => host.Start(Client, "-g", await ConfigureAsync(host, folder), "-w", folder, link);

    private static async Task<string> ConfigureAsync(LabHost host, string folder, bool encrypts = false)
    {
        string config = host.NewFolder("transmission");
        await File.WriteAllTextAsync(Path.Combine(config, "settings.json"), $$"""
            {
                "download-dir": "{{folder}}",
                "dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false, "port-forwarding-enabled": false,
                "peer-port": {{Port}}, "rpc-enabled": false, "encryption": {{(encrypts ? 2 : 0)}}, "preallocation": 0
            }
            """);
        return config;
    }
}
