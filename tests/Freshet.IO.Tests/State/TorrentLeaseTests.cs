using System.Diagnostics;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;

namespace Freshet.IO.Tests.State;

public sealed class TorrentLeaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_torrent_twice_is_refused_and_the_holder_is_named()
    {
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out TorrentLease? lease, out _));
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data/../data/", out TorrentLease? second, out int? holder));
        Assert.Null(second);
        Assert.Equal(Environment.ProcessId, holder);
        lease.Dispose();
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out lease, out _));
        lease.Dispose();
    }

    [Fact]
    public void Different_torrents_and_different_folders_do_not_hinder_each_other()
    {
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out TorrentLease? one, out _));
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(2), "/data", out TorrentLease? two, out _));
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/other", out TorrentLease? three, out _));
        one.Dispose();
        two.Dispose();
        three.Dispose();
    }

    // F2
    [Fact]
    public void A_holder_that_is_killed_gives_the_lease_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "Another process takes the lock with flock(1).");
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out TorrentLease? lease, out _));
        lease.Dispose();
        string path = Directory.GetFiles(_folder["leases"], "*.lock").Single();
        using Process other = Process.Start(new ProcessStartInfo("bash", ["-c", "exec 9<>\"$0\"; flock 9; echo $$; read -r line", path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string number = other.StandardOutput.ReadLine()!;
        File.WriteAllText(path.Replace(".lock", ".pid", StringComparison.Ordinal), number);
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out _, out int? holder));
        Assert.Equal(other.Id, holder);
        other.Kill();
        other.WaitForExit();
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out lease, out _));
        lease.Dispose();
    }
}
