using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.SwarmBench;

/// <summary>Content of one size, its torrent, and what the floor program needs to know of it.</summary>
internal sealed class BenchTorrent
{
    private BenchTorrent(string folder, double gib, int pieceLength)
    {
        Folder = Path.Combine(folder, $"source-{gib}");
        Length = (long)(gib * (1L << 30));
        PieceLength = pieceLength;
        Torrent = Path.Combine(folder, $"{gib}.torrent");
        Hashes = Path.Combine(folder, $"{gib}.hashes");
        Name = $"content-{gib}.bin";
    }

    public string Folder { get; }

    public string Name { get; }

    public long Length { get; }

    public int PieceLength { get; }

    public string Torrent { get; }

    public string Hashes { get; }

    public string InfoHash { get; private set; } = "";

    public static BenchTorrent Make(string folder, double gib, int pieceLength)
    {
        var torrent = new BenchTorrent(folder, gib, pieceLength);
        Directory.CreateDirectory(torrent.Folder);
        byte[] piece = new byte[pieceLength];
        var random = new Random(7);
        using FileStream content = File.Create(Path.Combine(torrent.Folder, torrent.Name));
        using var hashes = new MemoryStream();
        for (long left = torrent.Length; left > 0; left -= pieceLength)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(pieceLength, left));
            random.NextBytes(part);
            content.Write(part);
            hashes.Write(SHA1.HashData(part));
        }

        byte[] info =
        [
            .. Encoding.ASCII.GetBytes($"d6:lengthi{torrent.Length}e4:name{torrent.Name.Length}:{torrent.Name}12:piece lengthi{pieceLength}e6:pieces{hashes.Length}:"),
            .. hashes.ToArray(),
            (byte)'e',
        ];
        torrent.InfoHash = Convert.ToHexStringLower(SHA1.HashData(info));
        File.WriteAllBytes(torrent.Torrent, [.. "d4:info"u8, .. info, (byte)'e']);
        File.WriteAllBytes(torrent.Hashes, hashes.ToArray());
        return torrent;
    }

    /// <summary>Whether a download has the same bytes.</summary>
    public bool IsSame(string downloaded)
    {
        using Process compare = Process.Start("cmp", [Path.Combine(Folder, Name), downloaded]);
        compare.WaitForExit();
        return compare.ExitCode == 0;
    }

    /// <summary>Writes a file of this program's own to a folder.</summary>
    public static string Unpack(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using FileStream file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }

    /// <summary>Builds a C program of this program's own.</summary>
    public static string Compile(string folder, string name, params string[] libraries)
    {
        string source = Unpack(folder, $"{name}.c");
        string program = Path.Combine(folder, name);
        using Process gcc = Process.Start("gcc", ["-O2", "-o", program, source, .. libraries]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException($"gcc did not build {name}");
    }
}
