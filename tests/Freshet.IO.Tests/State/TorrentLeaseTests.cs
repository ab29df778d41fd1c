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
        string keys = Convert.ToHexString(ReadShared(Assert.Single(Held)));
        lease.Dispose();
        Assert.Empty(Held);

        // What this process has had is another's now.
        const string script = "import fcntl, os, sys; p = '%s/%d-x.held' % (sys.argv[1], os.getpid()); f = open(p, 'wb'); fcntl.flock(f, fcntl.LOCK_SH); "
            + "f.write(bytes.fromhex(sys.argv[2])); f.flush(); print('locked', flush=True); sys.stdin.read()";
        using Process other = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, _folder["leases"], keys])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", other.StandardOutput.ReadLine());
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out _, out int? holder));
        Assert.Equal(other.Id, holder);
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(2), "/data", out TorrentLease? free, out _));
        other.Kill();
        other.WaitForExit();
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out lease, out _));
        Assert.Single(Held);
        free.Dispose();
        lease.Dispose();
    }

    [Fact]
    public void Leases_that_were_given_back_are_free_and_take_no_room_in_the_end()
    {
        Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/kept", out TorrentLease? kept, out _));
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/data", out TorrentLease? lease, out _));
            lease.Dispose();
        }

        Assert.InRange(new FileInfo(Assert.Single(Held)).Length, 1, 16 * 5000);
        Assert.False(TorrentLease.TryAcquire(_folder.Path, Records.V1(1), "/kept", out _, out _));
        kept.Dispose();
    }

    [Fact]
    public void Ten_thousand_leases_are_taken_at_once_and_need_one_handle()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Handles are counted in /proc.");
        (TorrentLease? Lease, int? Holder)[] leases = TorrentLease.AcquireAll(_folder.Path, [.. Enumerable.Range(0, 10_000).Select(number => (Records.V1(1), $"/data/{number}"))]);
        Assert.All(leases, static taken => Assert.NotNull(taken.Lease));

        // Tests beside this one close theirs meanwhile: those lead nowhere.
        int open = Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
        Assert.Equal(1, open);
        (TorrentLease? Lease, int? Holder)[] again = TorrentLease.AcquireAll(_folder.Path, [(Records.V1(1), "/data/500"), (Records.V1(1), "/data/free"), (Records.V1(1), "/data/free")]);
        Assert.Equal([Environment.ProcessId, null, Environment.ProcessId], again.Select(static taken => taken.Holder));
        foreach ((TorrentLease? lease, _) in leases.Concat(again))
            lease?.Dispose();
        Assert.Empty(Held);
    }

    private string[] Held => Directory.GetFiles(_folder["leases"], "*.held");

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
