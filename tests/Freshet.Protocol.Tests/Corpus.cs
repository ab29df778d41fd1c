using System.Text.Json;

namespace Freshet.Protocol.Tests;

/// <summary>Test data of other projects, which lies outside of this repository: see CONTRIBUTING.md.</summary>
internal static class Corpus
{
    /// <summary>Reads a JSON file of the corpora; skips the test where they are not here.</summary>
    public static JsonElement Read(string path)
    {
        string? root = Environment.GetEnvironmentVariable("FRESHET_CORPORA");
        if (string.IsNullOrEmpty(root))
            Assert.Skip("FRESHET_CORPORA is not set.");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, path)));
        return document.RootElement.Clone();
    }
}
