namespace Freshet.Cli.Output;

/// <summary>The log file of a command that runs for weeks: bounded in size, old ones kept in small number.</summary>
/// <param name="Path">The first file; the next are called <c>_001</c>, <c>_002</c> …</param>
/// <param name="IsDetailed">Whether it holds what <c>-vv</c> shows, in place of what <c>-v</c> does.</param>
internal sealed record RotatingLog(string Path, bool IsDetailed)
{
    /// <summary>Bytes of a file: minutes to read, days to fill.</summary>
    public const long MaxBytes = 10 << 20;

    /// <summary>Files that are kept, the present one included.</summary>
    public const int MaxFiles = 5;

    /// <summary>In the folder of logs that belongs to the state folder, or where the user says.</summary>
    public static RotatingLog In(string stateDirectory, string? logFile) => logFile is null
        ? new RotatingLog(System.IO.Path.Combine(stateDirectory, "logs", "seed.log"), IsDetailed: false)
        : new RotatingLog(logFile, IsDetailed: true);
}
