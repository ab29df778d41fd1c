namespace Freshet.TrackerBench;

/// <summary>A tracker under load.</summary>
internal interface ITracker : IClient
{
    /// <summary>The command that serves on a port of 127.0.0.1 for the torrents of a list in a folder, and for no others.</summary>
    string[] Serve(int port, string folder, string list);
}

/// <summary>The command of this repository, without its limit of announces an address.</summary>
internal sealed class FreshetTracker : ITracker
{
    public string Name => "freshet";

    public string Version() => Machine.FreshetVersion();

    public string[] Serve(int port, string folder, string list)
        => ["dotnet", Machine.Freshet, "tracker", "serve", "--quiet", "--listen", $"127.0.0.1:{port}", "--allow-list", Path.Combine(folder, list), "--max-rate", "0"];
}

/// <summary>Debian's opentracker.</summary>
internal sealed class Opentracker : ITracker
{
    public string Name => "opentracker";

    public string Version() => $"opentracker {Machine.FirstLine("dpkg-query", "-W", "-f", "${Version}", "opentracker")}";

    public string[] Serve(int port, string folder, string list) => ["/usr/bin/opentracker", "-i", "127.0.0.1", "-p", $"{port}", "-P", $"{port}", "-d", folder, "-w", list];
}
