using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.SwarmBench.Transfers;

/// <summary>Content of one size in one file or many, its torrent, and what the floor programs need to know of it.</summary>
internal sealed class BenchTorrent : IDisposable
{
    private const int Block = 16 * 1024;

    private readonly string _root;

    private BenchTorrent(string root, long length, int pieceLength)
    {
        _root = Directory.CreateDirectory(root).FullName;
        Folder = Directory.CreateDirectory(Path.Combine(root, "source")).FullName;
        Length = length;
        PieceLength = pieceLength;
        Torrent = Path.Combine(root, "content.torrent");
        Hashes = Path.Combine(root, "hashes");
    }

    /// <summary>Where the content lies, under its name.</summary>
    public string Folder { get; }

    /// <summary>The name of the file or folder.</summary>
    public string Name => "content";

    public long Length { get; }

    public double MiB => Length / 1048576.0;

    public int PieceLength { get; }

    /// <summary>The torrent's file.</summary>
    public string Torrent { get; }

    /// <summary>A file of the pieces' hashes, one after the other.</summary>
    public string Hashes { get; }

    public string InfoHash { get; private set; } = "";

    /// <summary>Makes a torrent of one file in a folder of its own.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="length">The file's length in bytes.</param>
    /// <param name="pieceLength">The pieces' length in bytes.</param>
    /// <param name="hole">How many bytes at the file's end are not written, and so take no space: whole pieces.</param>
    public static BenchTorrent OfOneFile(string root, long length, int pieceLength, long hole = 0)
    {
        var torrent = new BenchTorrent(root, length, pieceLength);
        string path = Path.Combine(torrent.Folder, torrent.Name);
        byte[] written = torrent.Write([(path, length - hole)]);
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(length);
        byte[] zeros = SHA1.HashData(new byte[pieceLength]);
        byte[] hashes = [.. written, .. Enumerable.Range(0, (int)(hole / pieceLength)).SelectMany(_ => zeros)];
        torrent.Describe($"6:lengthi{length}e", hashes);
        return torrent;
    }

    /// <summary>Makes a torrent of many files of about the same size, a hundred in each folder.</summary>
    public static BenchTorrent OfFiles(string root, int files, int length, int pieceLength)
    {
        // Each a byte longer than the one before, so that no file but the first begins at a block.
        (string Path, long Length)[] all = [.. Enumerable.Range(0, files).Select(file => ($"{file / 100:000}/{file:00000}.bin", length + (long)file))];
        var torrent = new BenchTorrent(root, all.Sum(static file => file.Length), pieceLength);
        byte[] hashes = torrent.Write([.. all.Select(file => (Path.Combine(torrent.Folder, torrent.Name, file.Path), file.Length))]);
        var list = new StringBuilder("5:filesl");
        foreach ((string path, long size) in all)
            list.Append($"d6:lengthi{size}e4:pathl{string.Concat(path.Split('/').Select(static part => $"{part.Length}:{part}"))}ee");
        torrent.Describe(list.Append('e').ToString(), hashes);
        return torrent;
    }

    /// <summary>Compares what was downloaded to a folder.</summary>
    /// <exception cref="InvalidOperationException">It has not the same bytes.</exception>
    public void Compare(string target, string client)
    {
        using Process compare = Process.Start("diff", ["-rq", Path.Combine(Folder, Name), Path.Combine(target, Name)]);
        compare.WaitForExit();
        if (compare.ExitCode != 0)
            throw new InvalidOperationException($"{client} did not download the right bytes");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    /// <summary>Writes content of which no block is like another, and hashes its pieces.</summary>
    private byte[] Write(IReadOnlyList<(string Path, long Length)> files)
    {
        byte[] part = new byte[64 * Block];
        new Random(7).NextBytes(part);
        using var hashes = new MemoryStream();
        using var piece = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        long at = 0;
        foreach ((string path, long length) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream file = File.Create(path);
            for (long left = length; left > 0;)
            {
                int take = (int)Math.Min(Math.Min(left, part.Length), PieceLength - (at % PieceLength));
                for (int block = 0; block < take; block += Block)
                    BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(block), at + block);
                file.Write(part, 0, take);
                piece.AppendData(part, 0, take);
                at += take;
                left -= take;
                if (at % PieceLength == 0 || at == Length)
                    hashes.Write(piece.GetHashAndReset());
            }
        }

        return hashes.ToArray();
    }

    private void Describe(string files, byte[] hashes)
    {
        // In the order of the keys, whichever of the two stands for the content.
        byte[] info =
        [
            .. Encoding.ASCII.GetBytes($"d{files}4:name{Name.Length}:{Name}12:piece lengthi{PieceLength}e6:pieces{hashes.Length}:"),
            .. hashes,
            (byte)'e',
        ];
        InfoHash = Convert.ToHexStringLower(SHA1.HashData(info));
        File.WriteAllBytes(Torrent, [.. "d4:info"u8, .. info, (byte)'e']);
        File.WriteAllBytes(Hashes, hashes);
    }
}
