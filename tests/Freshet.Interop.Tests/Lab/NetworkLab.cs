using System.Net;
using System.Reflection;

namespace Freshet.Interop.Tests.Lab;

/// <summary>
/// A few hosts with real addresses on one switch, in network namespaces of their own: nothing leaves them, and nothing else is in them. Everything
/// that was started and made goes with the lab.
/// </summary>
internal sealed class NetworkLab : IAsyncDisposable
{
    private static int _labs;
    private readonly string _name = $"fr{Environment.ProcessId}-{Interlocked.Increment(ref _labs)}";
    private readonly List<LabHost> _hosts = [];

    private NetworkLab() => Folder = Directory.CreateTempSubdirectory("freshet-lab-").FullName;

    /// <summary>A folder that goes with the lab.</summary>
    public string Folder { get; }

    private string Switch => _name + "-sw";

    /// <summary>Makes a lab; skips the test, visibly, where this machine cannot.</summary>
    public static async Task<NetworkLab> CreateAsync(params string[] needed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces need Linux and root");
        foreach (string tool in needed.Append("/usr/sbin/ip").Append("/usr/bin/python3"))
            Assert.SkipUnless(File.Exists(tool), $"{tool} is not installed");
        var lab = new NetworkLab();
        await Ip("netns", "add", lab.Switch);
        await Ip("-n", lab.Switch, "link", "add", "br0", "type", "bridge");
        await Ip("-n", lab.Switch, "link", "set", "br0", "up");
        return lab;
    }

    /// <summary>Puts a host on the switch.</summary>
    public async Task<LabHost> AddHostAsync()
    {
        int number = _hosts.Count + 1;
        string space = $"{_name}-{number}";
        var host = new LabHost(space, IPAddress.Parse($"10.77.0.{number}"), IPAddress.Parse($"fd77::{number}"), this);
        _hosts.Add(host);
        string port = $"p{number}";
        await Ip("netns", "add", space);
        await Ip("-n", Switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space);
        await Ip("-n", Switch, "link", "set", port, "master", "br0", "up");
        await Ip("-n", space, "addr", "add", $"{host.IPv4}/24", "dev", "eth0");
        await Ip("-n", space, "-6", "addr", "add", $"{host.IPv6}/64", "dev", "eth0", "nodad");
        await Ip("-n", space, "link", "set", "lo", "up");
        await Ip("-n", space, "link", "set", "eth0", "up");
        return host;
    }

    /// <summary>Puts a script of these tests where it can be run.</summary>
    public async Task<string> ScriptAsync(string name)
    {
        string script = Path.Combine(Folder, name);
        if (File.Exists(script))
            return script;
        await using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        await using FileStream file = File.Create(script);
        await resource.CopyToAsync(file);
        return script;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LabHost host in _hosts)
            await host.StopAsync();
        foreach (string space in _hosts.Select(static host => host.Namespace).Append(Switch))
            await Ip("netns", "del", space);
        Directory.Delete(Folder, recursive: true);
    }

    internal static Task<string> Ip(params string[] arguments) => LabProcess.RunAsync("/usr/sbin/ip", arguments);
}
