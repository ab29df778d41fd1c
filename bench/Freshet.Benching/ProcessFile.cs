namespace Freshet.Benching;

/// <summary>What /proc says of a process.</summary>
internal static class ProcessFile
{
    /// <summary>Private memory in KiB; 0 where it is gone.</summary>
    public static double AnonymousKiB(int process) => StatusKiB(process, "RssAnon:");

    /// <summary>The most memory that it has had at once, in KiB, pages of files too; 0 where it is gone.</summary>
    public static double PeakKiB(int process) => StatusKiB(process, "VmHWM:");

    /// <summary>Seconds on a processor so far, of all its threads, those that have ended too; in hundredths.</summary>
    public static double CpuSeconds(int process)
    {
        // Behind the name, which may hold anything, the twelfth and thirteenth figures are ticks in the program and in the kernel.
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] figures = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(figures[11]) + long.Parse(figures[12])) / 100.0;
    }

    /// <summary>The process and all that it started.</summary>
    public static IEnumerable<int> Family(int process)
    {
        string children;
        try
        {
            children = File.ReadAllText($"/proc/{process}/task/{process}/children");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return children.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(static child => Family(int.Parse(child))).Prepend(process);
    }

    private static double StatusKiB(int process, string name)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status")
                .Where(line => line.StartsWith(name, StringComparison.Ordinal))
                .Select(line => double.Parse(line.AsSpan(name.Length).Trim(" kB\t")))
                .FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
