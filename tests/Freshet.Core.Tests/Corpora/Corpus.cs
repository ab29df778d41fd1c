using System.Text.Json;

namespace Freshet.Core.Tests.Corpora;

/// <summary>Test data of other projects, found through the environment variable <c>FRESHET_CORPORA</c>; tests skip where it is not set.</summary>
internal static class Corpus
{
    public static string Folder(string name)
    {
        string? root = Environment.GetEnvironmentVariable("FRESHET_CORPORA");
        if (string.IsNullOrEmpty(root))
            Assert.Skip("FRESHET_CORPORA is not set.");
        string folder = Path.Combine(root, name);
        if (!Directory.Exists(folder))
            Assert.Skip($"There is no corpus {name}.");
        return folder;
    }

    /// <summary>Runs a check on every row of a table and fails with the rows that failed, all of them.</summary>
    public static void EachRow(string folder, string file, Action<JsonElement> check)
    {
        using JsonDocument table = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(folder), file)));
        var failures = new List<string>();
        int rows = 0;
        foreach (JsonElement row in table.RootElement.EnumerateArray())
        {
            rows++;
            try
            {
                check(row);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                failures.Add($"{Name(row, rows)}: {exception.Message.ReplaceLineEndings(" | ")}");
            }
        }

        Assert.True(rows > 0, $"{folder}/{file} has no rows.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {rows} rows of {folder}/{file} fail:\n{string.Join('\n', failures)}");
    }

    public static string? Text(this JsonElement row, string property)
        => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Name(JsonElement row, int number)
        => $"row {number} ({(row.ValueKind == JsonValueKind.Object ? row.Text("file") ?? row.Text("test") ?? row.Text("input") : null) ?? "unnamed"})";
}
