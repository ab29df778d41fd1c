using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Freshet.Redis.Tests;

/// <summary>A real redis-server on loopback, without a file, that ends with the test.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Command = "/usr/bin/redis-server";

    private readonly string? _password;
    private Process? _process;

    private RedisServer(int port, string? password)
    {
        Port = port;
        _password = password;
    }

    public int Port { get; }

    public RedisAddress Address
    {
        get
        {
            Assert.True(RedisAddress.TryParse($"redis://{(_password is null ? "" : $":{_password}@")}127.0.0.1:{Port}/3", out RedisAddress? address));
            return address;
        }
    }

    /// <summary>Starts one; skips the test, visibly, where there is none.</summary>
    public static async Task<RedisServer> StartAsync(string? password = null)
    {
        Assert.SkipUnless(File.Exists(Command), $"{Command} is not installed");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        socket.Dispose();
        var server = new RedisServer(port, password);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(Command) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()])
            start.ArgumentList.Add(argument);
        if (_password is not null)
        {
            start.ArgumentList.Add("--requirepass");
            start.ArgumentList.Add(_password);
        }

        _process = Process.Start(start)!;
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
                break;
        }

        Assert.False(_process.HasExited, "redis-server ended");
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Stops it from answering without ending it.</summary>
    public async Task FreezeAsync(bool frozen)
    {
        using Process kill = Process.Start("/bin/kill", [frozen ? "-STOP" : "-CONT", $"{_process!.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
