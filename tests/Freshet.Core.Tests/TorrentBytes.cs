using System.Text;

namespace Freshet.Core.Tests;

/// <summary>Makes torrent files by hand, bencoding as text, for what no writer would write.</summary>
internal static class TorrentBytes
{
    public const string OneHash = "aaaaaaaaaaaaaaaaaaaa";

    /// <summary>A torrent of v1 around the entries of an info dictionary that has 'name', 'piece length' and 'pieces' for one piece.</summary>
    public static byte[] V1(string beforeName, string name = "4:name1:t", string pieceLength = "i16384e", string afterwards = "", string top = "")
        => Latin1($"d{top}4:infod{beforeName}{name}12:piece length{pieceLength}6:pieces20:{OneHash}{afterwards}ee");

    /// <summary>A torrent of v1 with these files, each a list of elements and a length, in one piece.</summary>
    public static byte[] WithFiles(params (string[] Path, long Length)[] files) => WithFileList(string.Concat(files.Select(file
        => $"d6:lengthi{file.Length}e4:pathl{string.Concat(file.Path.Select(Text))}ee")));

    public static byte[] WithFileList(string files) => V1($"5:filesl{files}e");

    /// <summary>A torrent of v2 with a file tree.</summary>
    public static byte[] V2(string tree, string pieceLength = "i16384e", string layers = "de", string name = "1:t")
        => Latin1($"d4:infod9:file tree{tree}12:meta versioni2e4:name{name}12:piece length{pieceLength}e12:piece layers{layers}e");

    public static string TreeFile(string name, long length, char root = 'r')
        => $"{Text(name)}d0:d6:lengthi{length}e{(length > 0 ? "11:pieces root32:" + new string(root, 32) : "")}ee";

    /// <summary>A string of bytes given as Latin-1.</summary>
    public static string Text(string value) => $"{value.Length}:{value}";

    /// <summary>The Latin-1 characters of a text's UTF-8 bytes.</summary>
    public static string Utf8(string value) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value));

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
