using System.Text;

namespace Freshet.Core;

/// <summary>Writes the <c>file tree</c> of v2 (BEP 52): nested dictionaries, in which a file is a dictionary with one empty key.</summary>
internal static class FileTreeWriter
{
    public static void Write(BencodeWriter writer, MetainfoDraft draft)
    {
        writer.Dictionary();
        string[] open = [];
        foreach (DraftFile file in draft.Files)
        {
            if (file.IsPad)
                continue;
            string[] path = file.Path.Length == 0 ? [draft.Name] : file.Path.Split('/');
            string[] folders = path[..^1];
            int common = open.AsSpan().CommonPrefixLength(folders, StringComparer.Ordinal);
            for (int i = open.Length; i > common; i--)
                writer.End();
            foreach (string folder in folders.AsSpan(common))
                Key(writer, folder).Dictionary();
            WriteFile(Key(writer, path[^1]), file);
            open = folders;
        }

        foreach (string _ in open)
            writer.End();
        writer.End();
    }

    private static void WriteFile(BencodeWriter writer, DraftFile file)
    {
        writer.Dictionary().Key(""u8).Dictionary().Key("length"u8).Integer(file.Length);
        if (file.PiecesRoot is { } root)
            writer.Key("pieces root"u8).String(root.Bytes);
        writer.End().End();
    }

    private static BencodeWriter Key(BencodeWriter writer, string name) => writer.Key(Encoding.UTF8.GetBytes(name));
}
