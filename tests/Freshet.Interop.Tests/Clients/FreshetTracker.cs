using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests.Clients;

/// <summary>The command as a tracker, over HTTP and UDP.</summary>
internal static class FreshetTracker
{
    public const int Port = 6969;

    public static async Task<LabProcess> StartAsync(LabHost host, params string[] options)
    {
        LabProcess tracker = host.Freshet(["tracker", "serve", "--listen", $"{host.IPv4}:{Port}", .. options]);
        await tracker.WaitForAsync("listening: udp", TimeSpan.FromSeconds(30));
        return tracker;
    }
}
