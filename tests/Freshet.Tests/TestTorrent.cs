using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>A torrent with several files and its content, made for a test.</summary>
internal sealed class TestTorrent
{
    private const int PieceLength = 32 * 1024;

    public TestTorrent(string name, params (string Path, int Length)[] files)
    {
        Name = name;
        Files = [.. files.Select((file, i) => (file.Path, Bytes(file.Length, i)))];
    }

    public string Name { get; }

    public IReadOnlyList<(string Path, byte[] Bytes)> Files { get; }

    public string? Tracker { get; init; }

    public byte[] ToBytes()
    {
        BencodeWriter torrent = new BencodeWriter().Dictionary();
        if (Tracker is not null)
            torrent.Key("announce"u8).String(Tracker);
        torrent.Key("info"u8).Dictionary().Key("files"u8).List();
        foreach ((string path, byte[] bytes) in Files)
        {
            torrent.Dictionary().Key("length"u8).Integer(bytes.Length).Key("path"u8).List();
            foreach (string part in path.Split('/'))
                torrent.String(part);
            torrent.End().End();
        }

        torrent.End();
        torrent.Key("name"u8).String(Name);
        torrent.Key("piece length"u8).Integer(PieceLength);
        torrent.Key("pieces"u8).String([.. Files.SelectMany(file => file.Bytes).Chunk(PieceLength).SelectMany(SHA1.HashData)]);
        return torrent.End().End().ToArray();
    }

    public TorrentSource Source => TorrentSource.FromBytes(ToBytes(), Name);

    /// <summary>Writes the content as a download would.</summary>
    public void WriteContent(string folder)
    {
        foreach ((string path, byte[] bytes) in Files)
        {
            string target = Path.Combine(folder, Name, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, bytes);
        }
    }

    /// <summary>Whether these files, and no bytes else, are what the torrent says.</summary>
    public void AssertContent(string folder)
    {
        foreach ((string path, byte[] bytes) in Files)
            Assert.True(File.ReadAllBytes(Path.Combine(folder, Name, path)).AsSpan().SequenceEqual(bytes), path);
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new SeededRandom((ulong)seed + 177).NextBytes(bytes);
        return bytes;
    }
}
