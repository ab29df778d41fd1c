using System.Security.Cryptography;
using Freshet.Core;

namespace Freshet.Cli.Demo;

/// <summary>Bytes that look random and are the same whenever they are asked for, so that nobody has to keep them.</summary>
internal sealed class DemoContent(long length)
{
    public const string Name = "freshet-demo.bin";

    /// <summary>Long enough for few hashes, short enough that the demo has pieces to show.</summary>
    private const int PieceLength = 256 * 1024;

    private const int ChunkLength = BlockRange.BlockLength;

    public long Length { get; } = length;

    /// <summary>Any run of the content.</summary>
    public void Read(long offset, Span<byte> bytes)
    {
        Span<byte> chunk = stackalloc byte[ChunkLength];
        while (bytes.Length > 0)
        {
            long number = offset / ChunkLength;
            int skip = (int)(offset % ChunkLength);
            new SeededRandom((ulong)number + 1).NextBytes(chunk);
            int length = Math.Min(bytes.Length, ChunkLength - skip);
            chunk.Slice(skip, length).CopyTo(bytes);
            bytes = bytes[length..];
            offset += length;
        }
    }

    /// <summary>A torrent file for the content.</summary>
    public byte[] MakeTorrent(string tracker)
    {
        BencodeWriter torrent = new BencodeWriter().Dictionary();
        torrent.Key("announce"u8).String(tracker);
        torrent.Key("info"u8).Dictionary();
        torrent.Key("length"u8).Integer(Length);
        torrent.Key("name"u8).String(Name);
        torrent.Key("piece length"u8).Integer(PieceLength);
        torrent.Key("pieces"u8).String(HashPieces());
        return torrent.End().End().ToArray();
    }

    /// <summary>Compares a file with the content, byte by byte.</summary>
    public bool Equals(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (file.Length != Length)
            return false;
        byte[] there = new byte[PieceLength];
        byte[] expected = new byte[PieceLength];
        for (long offset = 0; offset < Length; offset += PieceLength)
        {
            int length = (int)Math.Min(PieceLength, Length - offset);
            file.ReadExactly(there, 0, length);
            Read(offset, expected.AsSpan(0, length));
            if (!there.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)))
                return false;
        }

        return true;
    }

    private byte[] HashPieces()
    {
        int count = (int)((Length + PieceLength - 1) / PieceLength);
        byte[] hashes = new byte[count * Sha1Hash.Length];
        Parallel.For(0, count, () => new byte[PieceLength], (piece, _, buffer) =>
        {
            long offset = (long)piece * PieceLength;
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(PieceLength, Length - offset));
            Read(offset, bytes);
            SHA1.HashData(bytes, hashes.AsSpan(piece * Sha1Hash.Length));
            return buffer;
        }, _ => { });
        return hashes;
    }
}
