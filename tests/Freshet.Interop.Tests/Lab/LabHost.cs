using System.Net;

namespace Freshet.Interop.Tests.Lab;

/// <summary>A host of a lab: a network namespace with one IPv4 and one IPv6 address.</summary>
internal sealed class LabHost(string space, IPAddress v4, IPAddress v6, NetworkLab lab)
{
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

    /// <summary>Starts a command on this host.</summary>
    public LabProcess Start(string command, params string[] arguments) => Start(null, command, arguments);

    /// <summary>Starts a command on this host with variables of its own.</summary>
    public LabProcess Start(IReadOnlyDictionary<string, string>? environment, string command, params string[] arguments)
    {
        LabProcess process = LabProcess.Start("/usr/sbin/ip", ["netns", "exec", Namespace, command, .. arguments], environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts freshet on this host, with a state folder of the host's own.</summary>
    public LabProcess Freshet(params string[] arguments)
        => Start(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_STATE_HOME"] = NewFolder("state") },
            "dotnet",
            [FreshetCommand, .. arguments]);

    /// <summary>Ends everything that runs on this host.</summary>
    public async Task StopAsync()
    {
        foreach (LabProcess process in _processes)
            await process.DisposeAsync();
        _processes.Clear();
    }

    /// <summary>The built command, of the configuration that the tests were built in.</summary>
    private static string FreshetCommand { get; } = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "../../Freshet.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Freshet.Cli.dll"));
}
