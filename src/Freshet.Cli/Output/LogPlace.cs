namespace Freshet.Cli.Output;

/// <summary>
/// A log file that is this process's alone. Two processes that append to one write over each other's lines; so the second takes <c>NAME-2</c>, the third
/// <c>NAME-3</c>. A lock beside the file says whose it is, and goes with its process.
/// </summary>
internal sealed class LogPlace : IDisposable
{
    /// <summary>More that log to one place are a mistake, and each keeps files.</summary>
    private const int MostProcesses = 16;

    private readonly FileStream? _lock;

    private LogPlace(string path, FileStream? @lock) => (Path, _lock) = (path, @lock);

    /// <summary>The file to write.</summary>
    public string Path { get; }

    /// <summary>Takes the file, or the first beside it that is free; its folder is made where it is missing.</summary>
    /// <exception cref="IOException">All are taken, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static LogPlace Take(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        string folder = System.IO.Path.GetDirectoryName(path) ?? throw new IOException($"{path} is a folder");
        Directory.CreateDirectory(folder);
        for (int number = 1; ; number++)
        {
            string name = number == 1
                ? System.IO.Path.GetFileName(path)
                : $"{System.IO.Path.GetFileNameWithoutExtension(path)}-{number}{System.IO.Path.GetExtension(path)}";
            try
            {
                var place = new LogPlace(System.IO.Path.Combine(folder, name), Lock(System.IO.Path.Combine(folder, $".{name}.lock")));
                place.TryOut();
                return place;
            }
            catch (TakenException) when (number < MostProcesses)
            {
                // The next name.
            }
        }
    }

    public void Dispose() => _lock?.Dispose();

    // Null where only the file may be written and not its folder, as for /dev/stderr: whoever names such a thing knows who else writes there.
    private static FileStream? Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new TakenException(error);
        }
    }

    // The logger itself would keep silent about it.
    private void TryOut()
    {
        try
        {
            using FileStream file = File.Open(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private sealed class TakenException(IOException inner) : IOException("as many processes log there as may", inner);
}
