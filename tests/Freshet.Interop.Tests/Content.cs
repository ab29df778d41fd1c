using System.Security.Cryptography;

namespace Freshet.Interop.Tests;

/// <summary>Files to publish, made from a seed, and the comparison of what arrived.</summary>
internal static class Content
{
    public static string File(string folder, string name, long length, int seed)
    {
        string path = Path.Combine(folder, name);
        Write(path, length, new Random(seed));
        return path;
    }

    /// <summary>Many files in nested folders, of odd and of zero length.</summary>
    public static string Tree(string folder, string name, int files, int seed)
    {
        var random = new Random(seed);
        string root = Path.Combine(folder, name);
        for (int i = 0; i < files; i++)
        {
            string place = Path.Combine(root, $"d{i % 7}", $"e{i % 31}", $"f{i % 3}");
            Directory.CreateDirectory(place);
            long length = (i % 11) switch { 0 => 0, 1 => 1, 2 => 16384, 3 => 16383, _ => random.Next(40_000) };
            Write(Path.Combine(place, $"file {i}.bin"), length, random);
        }

        return root;
    }

    /// <summary>Whether every file has its name and its length.</summary>
    public static bool IsAllThere(string expected, string actual)
        => System.IO.File.Exists(expected)
            ? HasLength(actual, new FileInfo(expected).Length)
            : Names(expected).All(name => HasLength(Path.Combine(actual, name), new FileInfo(Path.Combine(expected, name)).Length));

    /// <summary>Both trees have the same files with the same bytes, and no others.</summary>
    public static void MustBeSame(string expected, string actual)
    {
        if (System.IO.File.Exists(expected))
        {
            Assert.Equal(Digest(expected), Digest(actual));
            return;
        }

        string[] names = Names(expected);
        Assert.Equal(names, Names(actual));
        foreach (string name in names)
            Assert.True(Digest(Path.Combine(expected, name)) == Digest(Path.Combine(actual, name)), $"{name} differs");
    }

    private static string[] Names(string folder)
        => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];

    private static bool HasLength(string file, long length) => new FileInfo(file) is { Exists: true } found && found.Length == length;

    private static string Digest(string file)
    {
        using FileStream stream = System.IO.File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    private static void Write(string path, long length, Random random)
    {
        using FileStream stream = System.IO.File.Create(path);
        byte[] buffer = new byte[1 << 20];
        while (length > 0)
        {
            random.NextBytes(buffer);
            int count = (int)Math.Min(length, buffer.Length);
            stream.Write(buffer, 0, count);
            length -= count;
        }
    }
}
