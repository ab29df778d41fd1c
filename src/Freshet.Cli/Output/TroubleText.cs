using System.Reflection;

namespace Freshet.Cli.Output;

/// <summary>Messages with the name of their entry in docs/troubleshooting.md behind them, and those entries.</summary>
internal static class TroubleText
{
    /// <summary>The message and its code: <c>the disk is full [disk-full]</c>.</summary>
    public static string Tag(string message, string code) => $"{message} [{code}]";

    /// <summary>The entry of a code, as the documentation has it; null where there is none.</summary>
    public static string? EntryOf(string code)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("troubleshooting.md")!;
        using var reader = new StreamReader(stream);
        string[] entries = reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n## ");
        return entries.Skip(1).FirstOrDefault(entry => entry.StartsWith(code + "\n", StringComparison.Ordinal))?.TrimEnd();
    }
}
