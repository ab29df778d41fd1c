using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Content for torrents: files by their paths, in the order that a torrent has.</summary>
internal static class SampleTree
{
    /// <summary>Some files in some folders, of lengths that are awkward, with names that other orders sort differently.</summary>
    public static SortedDictionary<string, byte[]> Random(SeededRandom random)
    {
        string[] names = ["a", "a.b", "a-b", "B", "z", "ä", "\uFFFDx"[1..], "日本", "\U0001F30A", "\uFB00", "x y"];
        var files = new SortedDictionary<string, byte[]>(Comparer<string>.Create(CompareElements));
        for (int i = random.Next(40) + 1; i > 0; i--)
        {
            string folder = string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => names[random.Next(names.Length)] + "_/"));
            int length = random.Next(5) switch { 0 => 0, 1 => 16384, _ => random.Next(200_000) };
            files[folder + names[random.Next(names.Length)]] = Bytes(length, random);
        }

        files["always"] = Bytes(3, random);
        return files;
    }

    /// <summary>Puts the files into a folder.</summary>
    public static string Write(SortedDictionary<string, byte[]> files, string root)
    {
        foreach ((string path, byte[] bytes) in files)
        {
            string place = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllBytes(place, bytes);
        }

        return root;
    }

    public static byte[] Bytes(int length, SeededRandom random)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // Element by element.
    private static int CompareElements(string a, string b)
    {
        string[] left = a.Split('/'), right = b.Split('/');
        for (int i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            int order = System.Text.Encoding.UTF8.GetBytes(left[i]).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right[i]));
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }
}
