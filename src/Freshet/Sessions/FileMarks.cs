using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Freshet.Core;

namespace Freshet.Sessions;

/// <summary>
/// What torrents that share files have in common, as numbers that the state can look up: roots of files, collections (BEP 38), lengths of files. Only a hint: which files are the
/// same is found out by whoever has both metainfos, and proved.
/// </summary>
internal static class FileMarks
{
    /// <summary>The largest files of a torrent count: few torrents share many small files and none of these.</summary>
    private const int MaxFiles = 16;

    private const int MaxCollections = 16;

    /// <summary>Smaller files are not worth a look (<c>ReuseSettings.LeastFile</c>).</summary>
    private const long LeastFile = 256 * 1024;

    private enum Kind : byte
    {
        Root = 1,
        Collection = 2,
        Length = 3,
    }

    /// <summary>The marks of a torrent, those first that say most.</summary>
    public static IReadOnlyList<long> Of(Metainfo metainfo)
    {
        FileEntry[] files = [.. metainfo.Layout.Files.Where(static file => file.IsStored && file.Length >= LeastFile).OrderByDescending(static file => file.Length).Take(MaxFiles)];
        IEnumerable<long> roots = files.Where(static file => file.PiecesRoot is not null).Select(static file => Mark(Kind.Root, file.PiecesRoot!.Value.Bytes));
        IEnumerable<long> collections = metainfo.Collections.Take(MaxCollections).Select(static name => Mark(Kind.Collection, Encoding.UTF8.GetBytes(name)));
        return [.. roots.Concat(collections).Concat(files.Select(static file => MarkOfLength(file.Length))).Distinct()];
    }

    private static long MarkOfLength(long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return Mark(Kind.Length, bytes);
    }

    private static long Mark(Kind kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)kind]);
        hash.AppendData(bytes);
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadInt64LittleEndian(digest);
    }
}
