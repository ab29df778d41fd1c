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
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "Another process takes the lock with Python.");
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out TorrentLease? lease, out _));
        lease.Dispose();
        const string script = "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()";
        using Process other = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, _folder["leases.lock"]])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", other.StandardOutput.ReadLine());
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out _, out int? holder));
        Assert.Equal(other.Id, holder);
        other.Kill();
        other.WaitForExit();
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out lease, out _));
        lease.Dispose();
    }

    [Fact]
    public void A_thousand_leases_need_one_handle()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Handles are counted in /proc.");
        TorrentLease[] leases = [.. Enumerable.Range(0, 1000).Select(number =>
        {
            Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), $"/data/{number}", out TorrentLease? lease, out _));
            return lease;
        })];
        int open = Directory.GetFiles("/proc/self/fd").Count(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
        Assert.Equal(1, open);
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data/500", out _, out _));
        foreach (TorrentLease lease in leases)
            lease.Dispose();
    }
}
