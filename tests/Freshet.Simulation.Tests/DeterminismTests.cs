using System.Diagnostics;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.Peers;
using Freshet.Simulator.World;

namespace Freshet.Simulation.Tests;

/// <summary>The same seed gives the same trace, in this process and in another.</summary>
public sealed class DeterminismTests
{
    private const string DigestFile = "FRESHET_SIM_DIGEST_FILE";

    [Fact]
    public void The_same_seed_gives_the_same_trace_in_two_processes()
    {
        ulong mine = Digest(seed: 77);
        string file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
                start.ArgumentList.Add(typeof(DeterminismTests).Assembly.Location);
            start.ArgumentList.Add("--filter-method");
            start.ArgumentList.Add("*Writes_its_digest_for_another_process");
            start.Environment[DigestFile] = file;
            using Process other = Process.Start(start)!;
            string output = other.StandardOutput.ReadToEnd();
            other.WaitForExit();
            Assert.True(other.ExitCode == 0, output);
            Assert.Equal($"{mine:x16}", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Writes_its_digest_for_another_process()
    {
        ulong digest = Digest(seed: 77);
        if (Environment.GetEnvironmentVariable(DigestFile) is { } file)
            File.WriteAllText(file, $"{digest:x16}");
        Assert.Equal(digest, Digest(seed: 77));
    }

    [Fact]
    public void Another_seed_gives_another_trace() => Assert.NotEqual(Digest(seed: 77), Digest(seed: 78));

    private static ulong Digest(ulong seed)
    {
        var swarm = new SimSwarm(seed);
        swarm.Tracker("tracker.example");
        SimContent content = SimContent.Make(swarm.World.Fork(), 64 * 1024, [2_000_000], "http://tracker.example/announce");
        var line = new SimLinkSettings { UploadRate = 500_000, Loss = 0.02, Latency = TimeSpan.FromMilliseconds(30) };
        var poisoner = new Poisoner(swarm.World, swarm.Network, swarm.NextAddress(), content, wrong: 0.1, dropped: 0.1, link: line);
        swarm.Seeder(content, line);
        SimNode node = swarm.Node(line);
        node.Checks.Villains.Add(poisoner.Endpoint.Address);
        TorrentId id = node.Add(content, spec => spec with { Peers = [poisoner.Endpoint] });
        swarm.MustComplete(node, id, TimeSpan.FromMinutes(10));
        var troubled = new SimSwarm(seed);
        new RandomHistory(troubled).Play();
        return (swarm.World.Trace.Digest * 31) ^ troubled.World.Trace.Digest;
    }
}
