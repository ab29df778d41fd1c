namespace Freshet.Architecture.Tests;

/// <summary>Which project may see which: the engine never sees I/O, the command line sees the public library alone.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Freshet.Core"] = [],
        ["Freshet.Protocol"] = ["Freshet.Abstractions", "Freshet.Core"],
        ["Freshet.Abstractions"] = ["Freshet.Core"],
        ["Freshet.Engine"] = ["Freshet.Abstractions", "Freshet.Protocol"],
        ["Freshet.IO"] = ["Freshet.Abstractions", "Freshet.Protocol"],
        ["Freshet"] = ["Freshet.Engine", "Freshet.IO"],
        ["Freshet.Tracker"] = ["Freshet.Abstractions", "Freshet.Protocol"],
        ["Freshet.Redis"] = ["Freshet.Abstractions", "Freshet.Protocol"],
        ["Freshet.Cli"] = ["Freshet", "Freshet.Redis", "Freshet.Tracker"],
        ["Freshet.Simulator"] = ["Freshet.Engine"],
        ["Freshet.Fuzz"] = ["Freshet.Engine", "Freshet.IO", "Freshet.Protocol", "Freshet.Redis", "Freshet.Tracker"],
    };

    [Fact]
    public void Every_product_project_refers_only_to_what_it_may()
    {
        var broken = new List<string>();
        foreach (string project in Repository.Projects())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            if (!Allowed.TryGetValue(name, out string[]? allowed))
            {
                if (Repository.Relative(project).StartsWith("src/", StringComparison.Ordinal))
                    broken.Add($"{name} has no rule: give it one here and in ARCHITECTURE.md");
                continue;
            }

            broken.AddRange(Repository.ReferencesOf(project).Except(allowed, StringComparer.Ordinal).Select(extra => $"{name} refers to {extra}"));
        }

        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("Freshet.Core")]
    [InlineData("Freshet.Protocol")]
    [InlineData("Freshet.Abstractions")]
    [InlineData("Freshet.Engine")]
    public void Sans_io_projects_carry_the_banned_symbols(string name)
    {
        string project = Path.Combine(Repository.Root, "src", name, name + ".csproj");
        Assert.Contains("SansIo.props", File.ReadAllText(project), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("T:System.TimeProvider")]
    [InlineData("T:System.Diagnostics.Stopwatch")]
    [InlineData("T:System.Random")]
    [InlineData("T:System.Threading.Tasks.Task")]
    [InlineData("T:System.Threading.Thread")]
    [InlineData("T:System.Threading.Timer")]
    [InlineData("T:System.Net.Sockets.Socket")]
    [InlineData("T:System.IO.File")]
    [InlineData("T:System.Console")]
    [InlineData("T:System.Environment")]
    [InlineData("T:System.HashCode")]
    [InlineData("M:System.String.GetHashCode")]
    public void What_breaks_determinism_is_banned(string symbol)
    {
        string[] banned = File.ReadAllLines(Path.Combine(Repository.Root, "src", "BannedSymbols.txt"));
        Assert.Contains(banned, line => line.StartsWith(symbol + ";", StringComparison.Ordinal));
    }

    [Fact]
    public void Sans_io_projects_silence_no_ban()
    {
        string[] silencers = [.. Repository.SourceFiles("src/Freshet.Core", "src/Freshet.Protocol", "src/Freshet.Engine", "src/Freshet.Abstractions", "tests/Freshet.Simulator")
            .Where(file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal))
            .Select(Repository.Relative)];
        Assert.Empty(silencers);
    }
}
