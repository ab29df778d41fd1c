using System.Security.Cryptography;
using System.Text;
using Freshet.Core;

namespace Freshet.Cli.Tests;

/// <summary>A small torrent and its content, made for a test.</summary>
internal sealed class TestTorrent
{
    private const int PieceLength = 16 * 1024;

    public TestTorrent(string name, params (string Path, int Length)[] files)
    {
        Name = name;
        Files = [.. files.Select((file, i) => (file.Path, Bytes(file.Length, i)))];
    }

    public string Name { get; }

    /// <summary>The path under the torrent's folder (empty for a single file) and the bytes of each file.</summary>
    public IReadOnlyList<(string Path, byte[] Bytes)> Files { get; }

    public IReadOnlyList<string> Trackers { get; init; } = [];

    public string? Comment { get; init; }

    /// <summary>The .torrent file.</summary>
    public byte[] ToBytes()
    {
        BencodeWriter torrent = new BencodeWriter().Dictionary();
        if (Trackers.Count > 0)
        {
            torrent.Key("announce"u8).String(Trackers[0]);
            torrent.Key("announce-list"u8).List();
            foreach (string tracker in Trackers)
                torrent.List().String(tracker).End();
            torrent.End();
        }

        if (Comment is not null)
            torrent.Key("comment"u8).String(Comment);
        torrent.Key("info"u8).Dictionary();
        bool single = Files is [("", _)];
        if (single)
        {
            torrent.Key("length"u8).Integer(Files[0].Bytes.Length);
        }
        else
        {
            torrent.Key("files"u8).List();
            foreach ((string path, byte[] bytes) in Files)
            {
                torrent.Dictionary().Key("length"u8).Integer(bytes.Length).Key("path"u8).List();
                foreach (string part in path.Split('/'))
                    torrent.String(part);
                torrent.End().End();
            }

            torrent.End();
        }

        torrent.Key("name"u8).String(Encoding.UTF8.GetBytes(Name));
        torrent.Key("piece length"u8).Integer(PieceLength);
        torrent.Key("pieces"u8).String(Hashes());
        return torrent.End().End().ToArray();
    }

    /// <summary>Writes the torrent file into a folder.</summary>
    public string WriteTorrent(TempFolder folder, string name = "t.torrent")
    {
        string path = folder.At(name);
        File.WriteAllBytes(path, ToBytes());
        return path;
    }

    /// <summary>Writes the content into a folder, as a download would.</summary>
    public void WriteContent(string folder)
    {
        foreach ((string path, byte[] bytes) in Files)
        {
            string target = Path.Combine(folder, Name, path);
            if (path.Length == 0)
                target = Path.Combine(folder, Name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, bytes);
        }
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new SeededRandom((ulong)seed + 77).NextBytes(bytes);
        return bytes;
    }

    private byte[] Hashes()
    {
        byte[] all = [.. Files.SelectMany(file => file.Bytes)];
        return [.. all.Chunk(PieceLength).SelectMany(SHA1.HashData)];
    }
}
