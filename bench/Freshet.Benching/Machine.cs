using System.Diagnostics;

namespace Freshet.Benching;

/// <summary>Where it was measured, and what programs say of themselves.</summary>
internal static class Machine
{
    /// <summary>The folder of the sources, found from where this program lies.</summary>
    public static string Repository { get; } = Ancestors(AppContext.BaseDirectory).First(static folder => File.Exists(Path.Combine(folder, "Freshet.slnx")));

    /// <summary>The command as it was built with this program.</summary>
    public static string Freshet => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Freshet.Cli/release/Freshet.Cli.dll"));

    /// <summary>The command's version and the sources it is of.</summary>
    public static string FreshetVersion()
    {
        string changed = FirstLine("git", "-C", Repository, "status", "--porcelain", "--untracked-files=no").Length > 0 ? " with changes" : "";
        return $"{FirstLine("dotnet", Freshet, "version")}, sources {FirstLine("git", "-C", Repository, "rev-parse", "--short", "HEAD")}{changed}";
    }

    public static IEnumerable<string> Describe()
    {
        yield return $".NET {Environment.Version}, {FirstLine("gcc", "--version")}";
        string processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        yield return $"{FirstLine("uname", "-srm")}, {processor}, {Environment.ProcessorCount} cores; load when it ended: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}";
    }

    /// <summary>The first line that a program says.</summary>
    public static string FirstLine(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string all = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return all.Split('\n')[0].Trim();
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (string? each = folder; each is not null; each = Path.GetDirectoryName(each))
            yield return each;
    }
}
