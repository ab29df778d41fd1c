using System.Diagnostics;

namespace Freshet.IO.Tests.Disk;

/// <summary>A small file system in memory; only where the tests may mount one.</summary>
internal sealed class TemporaryMount : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TemporaryMount()
    {
    }

    public string Path => _folder.Path;

    public string this[string relative] => _folder[relative];

    /// <summary>Mounts it, or skips the test.</summary>
    public static TemporaryMount OrSkip(string options)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Mounting a small file system needs Linux.");
        var mount = new TemporaryMount();
        if (Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mount.Path))
            return mount;
        mount._folder.Dispose();
        Assert.Skip("This user may not mount a small file system.");
        return mount;
    }

    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Remount(string options) => Assert.True(Run("mount", "-o", $"remount,{options}", Path));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }
}
