using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.SwarmBench.Restart;

/// <summary>A state folder with torrents that were seeded once, and restarts of it.</summary>
internal sealed class SeedingSession
{
    private const int PieceLength = 16 * 1024;

    private readonly string _folder;
    private readonly int _torrents;
    private readonly string? _announce;
    private double _addingSeconds;
    private double _addingPeakMiB;

    /// <summary>Makes the torrents.</summary>
    /// <param name="folder">Where all is kept.</param>
    /// <param name="torrents">How many.</param>
    /// <param name="announce">The tracker of each; null: none has one.</param>
    public SeedingSession(string folder, int torrents, string? announce = null)
    {
        _folder = folder;
        _torrents = torrents;
        _announce = announce;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "torrents"));
        for (int number = 0; number < torrents; number++)
            Make(number);
    }

    /// <summary>Seeds them all once, so that they are remembered.</summary>
    public void SeedOnce()
    {
        long started = Stopwatch.GetTimestamp();
        using Process process = Start(Path.Combine(_folder, "torrents"), "-o", Path.Combine(_folder, "data"));
        for (int complete = 0; complete < _torrents;)
        {
            string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("freshet seed ended too early");
            if (line.Contains("\"completed\"", StringComparison.Ordinal))
                complete++;
        }

        _addingSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        _addingPeakMiB = ProcessFile.PeakKiB(process.Id) / 1024;
        End(process, Drain(process));
    }

    /// <summary>Starts again without naming a torrent.</summary>
    public Figures Restart(double idleSeconds)
    {
        long started = Stopwatch.GetTimestamp();
        using Process process = Start();
        string line;
        do
            line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("freshet seed ended too early");
        while (!line.Contains("\"restored\"", StringComparison.Ordinal));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!line.Contains($"\"torrents\":{_torrents},\"complete\":{_torrents}", StringComparison.Ordinal))
            throw new InvalidOperationException($"not all seed: {line}");
        double peak = ProcessFile.PeakKiB(process.Id) / 1024;
        Thread reading = Drain(process);

        // What a start leaves behind is given back some seconds later, and methods that were called often are compiled anew.
        Thread.Sleep(TimeSpan.FromSeconds(10));
        double before = ProcessFile.CpuSeconds(process.Id);
        Thread.Sleep(TimeSpan.FromSeconds(idleSeconds));
        double idle = 1000 * (ProcessFile.CpuSeconds(process.Id) - before) / idleSeconds;
        var figures = new Figures
        {
            [RestartRow.UntilAllSeed] = seconds,
            [RestartRow.Peak] = peak,
            [RestartRow.Adding] = _addingSeconds,
            [RestartRow.AddingPeak] = _addingPeakMiB,
            [RestartRow.Private] = ProcessFile.AnonymousKiB(process.Id),
            [RestartRow.IdleCpu] = idle,
            [RestartRow.Handles] = Directory.GetFiles($"/proc/{process.Id}/fd").Length,
        };
        End(process, reading);
        return figures;
    }

    /// <summary>Reads on, so that it never waits for us.</summary>
    public static Thread Drain(Process process)
    {
        var reading = new Thread(() => process.StandardOutput.BaseStream.CopyTo(Stream.Null));
        reading.Start();
        return reading;
    }

    /// <summary>Interrupts it, and waits for its end.</summary>
    public static void End(Process process, Thread reading)
    {
        using (Process interrupt = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
            interrupt.WaitForExit();
        reading.Join();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"freshet seed ended with {process.ExitCode}");
    }

    /// <summary>Starts <c>freshet seed</c> on this state folder.</summary>
    public Process Start(params string[] more)
    {
        return Process.Start(new ProcessStartInfo("dotnet", [Machine.Freshet, "seed", .. more, "--bind", "127.0.0.1", "--state-dir", Path.Combine(_folder, "state"), "--json"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
    }

    // Nothing but its last bytes, which tell it from the others: a hundred thousand take no room.
    private void Make(int number)
    {
        byte[] content = ContentOf(number);
        using (FileStream file = File.Create(Path.Combine(_folder, "data", NameOf(number))))
        {
            file.Position = 4 * PieceLength;
            file.Write(content.AsSpan(4 * PieceLength));
        }

        byte[] head = Encoding.ASCII.GetBytes(_announce is null ? "d" : $"d8:announce{_announce.Length}:{_announce}");
        File.WriteAllBytes(Path.Combine(_folder, "torrents", $"{number:00000}.torrent"), [.. head, .. "4:info"u8, .. InfoOf(number), .. "e"u8]);
    }

    /// <summary>The info-hash of a torrent.</summary>
    public byte[] InfoHashOf(int number) => SHA1.HashData(InfoOf(number));

    private static string NameOf(int number) => $"torrent-{number:00000}.bin";

    private static byte[] ContentOf(int number)
    {
        byte[] content = new byte[(4 * PieceLength) + sizeof(int)];
        BitConverter.TryWriteBytes(content.AsSpan(4 * PieceLength), number);
        return content;
    }

    private static byte[] InfoOf(int number)
    {
        byte[] content = ContentOf(number);
        byte[] hashes = [.. content.Chunk(PieceLength).SelectMany(SHA1.HashData)];
        string name = NameOf(number);
        return [.. Encoding.ASCII.GetBytes($"d6:lengthi{content.Length}e4:name{name.Length}:{name}12:piece lengthi{PieceLength}e6:pieces{hashes.Length}:"), .. hashes, .. "e"u8];
    }
}
