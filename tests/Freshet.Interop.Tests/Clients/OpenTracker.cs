using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests.Clients;

/// <summary>opentracker over HTTP and UDP. Debian's build serves only the torrents of a list.</summary>
internal static class OpenTracker
{
    public const string Command = "/usr/bin/opentracker";
    public const int Port = 6969;

    /// <summary>Starts a tracker for some info-hashes.</summary>
    public static async Task<LabProcess> StartAsync(LabHost host, params string[] infoHashes)
    {
        string folder = host.NewFolder("opentracker");
        await File.WriteAllTextAsync(Path.Combine(folder, "list"), string.Join('\n', infoHashes) + "\n");

        // It gives its rights up before it reads the list.
        await LabProcess.RunAsync("/bin/chmod", "-R", "a+rX", folder);
        return host.Start(Command, "-i", host.IPv4.ToString(), "-p", Port.ToString(), "-P", Port.ToString(), "-d", folder, "-w", "list");
    }
}
