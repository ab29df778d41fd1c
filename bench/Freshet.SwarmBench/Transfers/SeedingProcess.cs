using System.Net;
using Freshet.SwarmBench.Clients;

namespace Freshet.SwarmBench.Transfers;

/// <summary>A client that seeds, as a process that is being measured.</summary>
internal sealed class SeedingProcess : IDisposable
{
    private readonly ISeeder _seeder;
    private readonly MeasuredProcess _process;

    private SeedingProcess(ISeeder seeder, MeasuredProcess process, int port)
    {
        _seeder = seeder;
        _process = process;
        Peer = new IPEndPoint(IPAddress.Loopback, port);
    }

    /// <summary>Where it is met.</summary>
    public IPEndPoint Peer { get; }

    /// <summary>Starts one on some cores and waits until it seeds.</summary>
    /// <param name="tool">A command that the seeder runs under, such as strace, or empty.</param>
    public static SeedingProcess Start(Workplace workplace, string cores, ISeeder seeder, BenchTorrent torrent, params string[] tool)
    {
        int port = Port.Free();
        var process = MeasuredProcess.Start(workplace, cores, [.. tool, .. seeder.Seed(torrent, port)]);
        process.WaitFor(seeder.ReadyWords);
        return new SeedingProcess(seeder, process, port);
    }

    /// <summary>Waits for a line of its output with these words.</summary>
    /// <returns>What stands behind them.</returns>
    public string WaitFor(string words) => _process.WaitFor(words);

    /// <summary>Ends it.</summary>
    /// <returns>What it used.</returns>
    public Measured End()
    {
        if (_seeder.EndsWithInput)
            _process.EndInput();
        else
            _process.Interrupt();
        return _process.WaitForEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
