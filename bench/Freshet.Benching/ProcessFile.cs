namespace Freshet.Benching;

/// <summary>What /proc says of a process.</summary>
internal static class ProcessFile
{
    /// <summary>Private memory in KiB; 0 where it is gone.</summary>
    public static double AnonymousKiB(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status")
                .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
                .Select(static line => double.Parse(line.AsSpan(8).Trim(" kB\t")))
                .FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Seconds on a processor so far, of all its threads that live.</summary>
    public static double CpuSeconds(int process)
        => Directory.EnumerateDirectories($"/proc/{process}/task").Sum(static thread => long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0])) / 1e9;

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
}
