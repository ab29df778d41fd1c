using System.Security.Cryptography;
using System.Text;

namespace Freshet.Interop.Tests;

/// <summary>The little that the tests must know of torrent files without asking the code under test.</summary>
internal static class TorrentFile
{
    /// <summary>The SHA-1 of the info dictionary of a file in which nothing but "piece layers" follows it, as makers write it.</summary>
    public static async Task<string> InfoHashAsync(string torrent)
    {
        byte[] bytes = await File.ReadAllBytesAsync(torrent);
        int start = bytes.AsSpan().IndexOf("4:info"u8) + 6;
        int layers = bytes.AsSpan().LastIndexOf("e12:piece layersd"u8);
        int end = layers < 0 ? bytes.Length - 1 : layers + 1;
        return Convert.ToHexStringLower(SHA1.HashData(bytes.AsSpan(start..end)));
    }

    /// <summary>Makes a single-file torrent whose info dictionary is large: by a key that means nothing to anybody, and that all must keep.</summary>
    public static async Task MakeWithLargeInfoAsync(string torrent, string content, int pieceLength, int ballast)
    {
        byte[] bytes = await File.ReadAllBytesAsync(content);
        byte[] hashes = [.. bytes.Chunk(pieceLength).SelectMany(SHA1.HashData)];
        byte[] filler = new byte[ballast];
        new Random(1).NextBytes(filler);
        string name = Path.GetFileName(content);
        byte[] head = Encoding.ASCII.GetBytes($"d4:infod6:lengthi{bytes.Length}e4:name{name.Length}:{name}12:piece lengthi{pieceLength}e6:pieces{hashes.Length}:");
        await File.WriteAllBytesAsync(torrent, [.. head, .. hashes, .. Encoding.ASCII.GetBytes($"9:x-ballast{filler.Length}:"), .. filler, .. "ee"u8]);
    }

    /// <summary>Makes a single-file torrent of a mostly empty file without hashing the same zeros again and again.</summary>
    public static async Task MakeSparseAsync(string torrent, string content, int pieceLength)
    {
        long length = new FileInfo(content).Length;
        byte[] zeros = SHA1.HashData(new byte[pieceLength]);
        byte[] piece = new byte[pieceLength];
        var hashes = new List<byte>();
        await using (FileStream file = File.OpenRead(content))
        {
            while (file.Position < length)
            {
                int read = await file.ReadAtLeastAsync(piece, pieceLength, throwOnEndOfStream: false);
                bool empty = read == pieceLength && piece.AsSpan().IndexOfAnyExcept((byte)0) < 0;
                hashes.AddRange(empty ? zeros : SHA1.HashData(piece.AsSpan(0, read)));
            }
        }

        string name = Path.GetFileName(content);
        byte[] head = Encoding.ASCII.GetBytes($"d4:infod6:lengthi{length}e4:name{name.Length}:{name}12:piece lengthi{pieceLength}e6:pieces{hashes.Count}:");
        await File.WriteAllBytesAsync(torrent, [.. head, .. hashes, .. "ee"u8]);
    }
}
