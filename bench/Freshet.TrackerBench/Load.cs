using System.Buffers.Binary;

namespace Freshet.TrackerBench;

/// <summary>What came of some seconds of load.</summary>
/// <param name="Answers">Announces that were answered.</param>
/// <param name="Errors">Announces that were refused.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Lost">Datagrams without an answer, connections that broke.</param>
internal sealed record Answered(long Answers, long Errors, double Seconds, long Lost);

/// <summary>The program that announces.</summary>
internal sealed class Load(string program, string protocol, int torrents, int peers)
{
    /// <summary>Writes the info-hashes that it announces.</summary>
    public void WriteList(string file)
    {
        Span<byte> hash = stackalloc byte[20];
        hash.Fill(0x54);
        using var list = new StreamWriter(file);
        for (uint i = 0; i < torrents; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash[16..], unchecked(i * 2654435761));
            list.Write(Convert.ToHexStringLower(hash));
            list.Write('\n');
        }
    }

    /// <summary>Announces on the second core.</summary>
    public Answered Run(int port, double seconds)
    {
        double[] figures = [.. Machine.FirstLine("taskset", "-c", "1", program, protocol, $"{port}", $"{torrents}", $"{peers}", $"{seconds}").Split(' ').Select(double.Parse)];
        return new Answered((long)figures[0], (long)figures[1], figures[2], (long)figures[3]);
    }
}
