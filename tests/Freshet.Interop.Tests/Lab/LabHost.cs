using System.Net;
using System.Text.RegularExpressions;

namespace Freshet.Interop.Tests.Lab;

/// <summary>A host of a lab: a network namespace with one IPv4 and one IPv6 address.</summary>
internal sealed class LabHost(string space, IPAddress v4, IPAddress v6, NetworkLab lab)
{
    /// <summary>What counts packets.</summary>
    public const string Firewall = "/usr/sbin/nft";

    /// <summary>What makes system calls fail.</summary>
    public const string Tracer = "/usr/bin/strace";

    private readonly List<LabProcess> _processes = [];

    /// <summary>Its network namespace.</summary>
    public string Namespace { get; } = space;

    /// <summary>Its IPv4 address.</summary>
    public IPAddress IPv4 { get; } = v4;

    /// <summary>Its IPv6 address.</summary>
    public IPAddress IPv6 { get; } = v6;

    /// <summary>A fresh folder of this host.</summary>
    public string NewFolder(string name)
    {
        string folder = Path.Combine(lab.Folder, $"{Namespace}-{name}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Gives it one more IPv4 address.</summary>
    public Task AddAddressAsync(IPAddress address) => NetworkLab.Ip("-n", Namespace, "addr", "add", $"{address}/24", "dev", "eth0");

    /// <summary>Gives it all addresses of a network, for many clients on one host.</summary>
    /// <param name="network">The network and its length, such as <c>10.78.0.0/16</c>.</param>
    public Task AddNetworkAsync(string network) => NetworkLab.Ip("-n", Namespace, "addr", "add", network, "dev", "lo");

    /// <summary>Takes an IPv4 address from it.</summary>
    public Task RemoveAddressAsync(IPAddress address) => NetworkLab.Ip("-n", Namespace, "addr", "del", $"{address}/24", "dev", "eth0");

    /// <summary>Has so many of a hundred UDP packets that come in be lost, by chance.</summary>
    public async Task LoseDatagramsAsync(int percent)
    {
        await RunAsync(Firewall, "add table inet loss");
        await RunAsync(Firewall, "add chain inet loss in { type filter hook input priority 0; }");
        await RunAsync(Firewall, $"add rule inet loss in meta l4proto udp numgen random mod 100 < {percent} counter drop");
    }

    /// <summary>How many were.</summary>
    public async Task<long> LostDatagramsAsync() => Count(await RunAsync(Firewall, "list table inet loss"));

    /// <summary>Begins to count what leaves this host over TCP and UDP with another source than an IPv4 address.</summary>
    public async Task CountPacketsExceptFromAsync(IPAddress address)
    {
        await RunAsync(Firewall, "add table inet leak");
        await RunAsync(Firewall, "add chain inet leak out { type filter hook output priority 0; }");
        await RunAsync(Firewall, $"add rule inet leak out oif eth0 meta nfproto ipv4 meta l4proto {{ tcp, udp }} ip saddr != {address} counter");
        await RunAsync(Firewall, "add rule inet leak out oif eth0 meta nfproto ipv6 meta l4proto { tcp, udp } counter");
    }

    /// <summary>How many were counted.</summary>
    public async Task<long> CountedPacketsAsync() => Count(await RunAsync(Firewall, "list table inet leak"));

    /// <summary>Starts a command on this host.</summary>
    public LabProcess Start(string command, params string[] arguments) => Start(null, command, arguments);

    /// <summary>Starts a command on this host with variables of its own.</summary>
    public LabProcess Start(IReadOnlyDictionary<string, string>? environment, string command, params string[] arguments)
    {
        LabProcess process = LabProcess.Start("/usr/sbin/ip", ["netns", "exec", Namespace, command, .. arguments], environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts freshet on this host, with a state folder of the host's own, and without local discovery, by which all hosts of a lab would find each other.</summary>
    public LabProcess Freshet(params string[] arguments) => Start(StateOfItsOwn, "dotnet", [FreshetCommand, .. arguments]);

    /// <summary>The same, where some system calls on a file fail.</summary>
    /// <param name="calls">Their names, with commas between.</param>
    /// <param name="fault">What becomes of them, in strace's words.</param>
    /// <param name="path">The file.</param>
    /// <param name="arguments">Freshet's.</param>
    public LabProcess FaultyFreshet(string calls, string fault, string path, params string[] arguments)
        => Start(
            StateOfItsOwn, Tracer,
            ["-f", "-qq", "-o", "/dev/null", "-P", path, "-e", $"trace={calls}", "-e", $"inject={calls}:{fault}", "dotnet", FreshetCommand, .. arguments]);

    /// <summary>The same, ended by SIGKILL at the n-th of one thread's system calls of a name.</summary>
    public LabProcess FreshetKilledAt(string call, int number, params string[] arguments)
        => Start(StateOfItsOwn, Tracer, ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={number}", "dotnet", FreshetCommand, .. arguments]);

    /// <summary>Ends everything that runs on this host.</summary>
    public async Task StopAsync()
    {
        foreach (LabProcess process in _processes)
            await process.DisposeAsync();
        _processes.Clear();
    }

    private static long Count(string rules)
        => Regex.Matches(rules, @"packets (\d+)", RegexOptions.None, TimeSpan.FromSeconds(1)).Sum(static count => long.Parse(count.Groups[1].ValueSpan));

    private Task<string> RunAsync(string command, params string[] arguments)
        => LabProcess.RunAsync("/usr/sbin/ip", ["netns", "exec", Namespace, command, .. arguments]);

    private Dictionary<string, string> StateOfItsOwn
        => new(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = NewFolder("state"), ["XDG_CACHE_HOME"] = NewFolder("cache"), ["FRESHET_NO_LSD"] = "true" };

    /// <summary>The built command, of the configuration that the tests were built in.</summary>
    private static string FreshetCommand { get; } = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "../../Freshet.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Freshet.Cli.dll"));
}
