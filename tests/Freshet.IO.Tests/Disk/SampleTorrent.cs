using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Tests.Disk;

/// <summary>A torrent with known random content.</summary>
internal sealed class SampleTorrent
{
    public SampleTorrent(int pieceLength, ulong seed, params (string Path, long Length)[] files)
    {
        var entries = new List<FileEntry>();
        long offset = 0;
        foreach ((string path, long length) in files)
        {
            bool pad = path.StartsWith(".pad/", StringComparison.Ordinal);
            entries.Add(new FileEntry
            {
                Index = new FileIndex(entries.Count),
                Path = path,
                OriginalPath = path,
                Length = length,
                Offset = offset,
                Attributes = pad ? FileAttributesBep47.Pad : FileAttributesBep47.None,
            });
            offset += length;
        }

        Layout = new PieceLayout(entries, pieceLength);
        Content = new byte[offset];
        new SeededRandom(seed).NextBytes(Content);
        foreach (FileEntry pad in entries.Where(entry => entry.IsPad))
            Content.AsSpan((int)pad.Offset, (int)pad.Length).Clear();
        byte[] hashes = new byte[Layout.PieceCount * Sha1Hash.Length];
        for (int i = 0; i < Layout.PieceCount; i++)
            SHA1.HashData(Piece(new PieceIndex(i)), hashes.AsSpan(i * Sha1Hash.Length));
        PieceHashes = hashes;
    }

    public PieceLayout Layout { get; }

    public byte[] Content { get; }

    public ReadOnlyMemory<byte> PieceHashes { get; }

    /// <summary>Files of every awkward kind: empty, of one byte, filler, many in one piece, one over many pieces, deep folders.</summary>
    public static SampleTorrent Awkward(int pieceLength = 64 * 1024, ulong seed = 7) => new(
        pieceLength,
        seed,
        ("t/empty at the start", 0),
        ("t/one", 1),
        ("t/a/b/c/deep", 40_000),
        (".pad/1", (3 * 64 * 1024) - 40_001),
        ("t/a/long", 300_001),
        ("t/ünïcödé 🎉", 17),
        ("t/empty in the middle", 0),
        (".pad/2", 5),
        ("t/small 1", 3),
        ("t/small 2", 3),
        ("t/small 3", 16_384),
        ("t/last", 100_000),
        ("t/empty at the end", 0));

    public StorageLocation At(string directory, int id = 1) => new(new TorrentId(id), directory, Layout, PieceHashes);

    public Span<byte> Piece(PieceIndex piece) => Content.AsSpan((int)Layout.OffsetOf(piece), Layout.LengthOf(piece));

    public Span<byte> File(FileIndex file) => Content.AsSpan((int)Layout.Files[file.Value].Offset, (int)Layout.Files[file.Value].Length);

    public Sha1Hash HashOf(PieceIndex piece) => new(PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length));

    /// <summary>Puts the content on disk without the code under test.</summary>
    public void WriteTo(string directory)
    {
        foreach (FileEntry file in Layout.Files.Where(file => file.IsStored))
        {
            string path = Path.Combine(directory, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllBytes(path, File(file.Index));
        }
    }

    /// <summary>Compares what is on disk, to the byte, without the code under test.</summary>
    public void AssertOnDisk(string directory)
    {
        foreach (FileEntry file in Layout.Files)
        {
            string path = Path.Combine(directory, file.Path);
            if (file.IsStored)
                Assert.True(File(file.Index).SequenceEqual(System.IO.File.ReadAllBytes(path)), $"{file.Path} differs");
            else
                Assert.False(System.IO.File.Exists(path), $"{file.Path} is filler and must not be stored");
        }
    }
}
