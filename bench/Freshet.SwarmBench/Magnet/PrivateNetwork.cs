using System.Diagnostics;

namespace Freshet.SwarmBench.Magnet;

/// <summary>
/// A network namespace of the bench's own with all addresses of 10.78.0.0/16 on its loopback device. Nobody is dialled at a loopback address on a stranger's word, and so
/// a DHT that tells of peers needs others. Nothing leaves the namespace.
/// </summary>
internal sealed class PrivateNetwork : IDisposable
{
    private const string Tool = "/usr/sbin/ip";

    private readonly string _name = $"freshet-bench-{Environment.ProcessId}";

    /// <summary>Makes it.</summary>
    /// <exception cref="InvalidOperationException">This needs Linux, iproute2 and root.</exception>
    public PrivateNetwork()
    {
        Ip("netns", "add", _name);
        Ip("-n", _name, "link", "set", "lo", "up");
        Ip("-n", _name, "addr", "add", $"{Prefix}.0.1/16", "dev", "lo");
    }

    /// <summary>The first two numbers of its addresses.</summary>
    public static string Prefix => "10.78";

    /// <summary>A command as it is called to run in it.</summary>
    public string[] In(params string[] command) => ["nsenter", $"--net=/run/netns/{_name}", .. command];

    /// <inheritdoc/>
    public void Dispose() => Ip("netns", "del", _name);

    private static void Ip(params string[] arguments)
    {
        using Process process = Process.Start(Tool, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)} ended with {process.ExitCode}: network namespaces need root");
    }
}
