using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Freshet.TrackerBench;

/// <summary>What came of some seconds of load.</summary>
/// <param name="Answers">Announces that were answered.</param>
/// <param name="Errors">Announces that were refused.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Lost">Datagrams without an answer, connections that broke.</param>
internal sealed record Load(long Answers, long Errors, double Seconds, long Lost)
{
    /// <summary>Builds the program that makes load.</summary>
    public static string Build(string folder)
    {
        string source = Path.Combine(folder, "tracker_load.c"), program = Path.Combine(folder, "tracker_load");
        using (Stream resource = typeof(Load).Assembly.GetManifestResourceStream("tracker_load.c")!)
        using (FileStream file = File.Create(source))
            resource.CopyTo(file);
        using Process gcc = Process.Start("gcc", ["-O2", "-o", program, source]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException("gcc did not build the load program");
    }

    /// <summary>Writes the info-hashes that the load announces.</summary>
    public static void WriteList(string folder, int torrents)
    {
        Span<byte> hash = stackalloc byte[20];
        hash.Fill(0x54);
        using var list = new StreamWriter(Path.Combine(folder, "list"));
        for (uint i = 0; i < torrents; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[16..], unchecked(i * 2654435761));
            list.Write(Convert.ToHexStringLower(hash));
            list.Write('\n');
        }
    }

    /// <summary>Announces on the second core.</summary>
    public static Load Run(string program, string protocol, int port, BenchOptions options, double seconds)
    {
        var start = new ProcessStartInfo("taskset") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-c", "1", program, protocol, $"{port}", $"{options.Torrents}", $"{options.Peers}", seconds.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException("the load program failed");
        double[] figures = [.. output.Split(' ').Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
        return new Load((long)figures[0], (long)figures[1], figures[2], (long)figures[3]);
    }
}
