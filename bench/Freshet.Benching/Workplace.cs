using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Freshet.Benching;

/// <summary>The folder in which a bench works, the programs of its own that it needs there, and the processes that it has started. All is gone when it is disposed, or when the bench is told to end.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly PosixSignalRegistration[] _signals;
    private int _made;

    public Workplace(string root)
    {
        Folder = Directory.CreateDirectory(Path.Combine(root, $"freshet-bench-{Environment.ProcessId}")).FullName;
        Stopwatch = Compile("stopwatch");
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, End))];
    }

    public string Folder { get; }

    /// <summary>The program that measures others.</summary>
    public string Stopwatch { get; }

    /// <summary>A path within.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>A folder within that nobody else has.</summary>
    public string New(string name) => Directory.CreateDirectory(this[$"{name}-{++_made}"]).FullName;

    /// <summary>An empty folder within; what a run before left there is deleted.</summary>
    public string Fresh(string name)
    {
        Delete(name);
        return Directory.CreateDirectory(this[name]).FullName;
    }

    public void Delete(string name)
    {
        if (Directory.Exists(this[name]))
            Directory.Delete(this[name], recursive: true);
    }

    /// <summary>Writes a file that the bench or its frame carries, once.</summary>
    public string Unpack(string name)
    {
        string path = this[name];
        if (!File.Exists(path))
        {
            using Stream resource = Resource(Assembly.GetEntryAssembly()!) ?? Resource(Assembly.GetExecutingAssembly())!;
            using FileStream file = File.Create(path);
            resource.CopyTo(file);
        }

        return path;

        Stream? Resource(Assembly assembly) => assembly.GetManifestResourceStream(name);
    }

    /// <summary>Builds a C program that the bench or its frame carries, once.</summary>
    public string Compile(string name, params string[] libraries)
    {
        string program = this[name];
        if (File.Exists(program))
            return program;
        using Process gcc = Process.Start("gcc", ["-O2", "-o", program, Unpack($"{name}.c"), .. libraries]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException($"gcc did not build {name}");
    }

    /// <summary>Keeps something until the end.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        lock (_owned)
            _owned.Add(owned);
        return owned;
    }

    /// <summary>
    /// A virtual machine gets its memory from its host at the first touch of each page, which costs the process that happens to touch it about as much as the
    /// write itself. Touched once before the first run, memory costs every client the same.
    /// </summary>
    public void Warm(long bytes)
    {
        long free = new DriveInfo(Folder).AvailableFreeSpace - (64L << 20);
        if (bytes > free)
            throw new InvalidOperationException($"{Folder} has {free >> 20} MiB free, and {bytes >> 20} are needed");
        using FileStream file = File.Create(this["warm"], 1 << 20, FileOptions.DeleteOnClose);
        byte[] zeros = new byte[1 << 20];
        for (long written = 0; written < bytes; written += zeros.Length)
            file.Write(zeros);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_owned)
        {
            foreach (IDisposable owned in _owned)
                owned.Dispose();
            _owned.Clear();
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
        }

        // Not before: a second signal would end the bench at once.
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Dispose();
        Environment.Exit(1);
    }
}
