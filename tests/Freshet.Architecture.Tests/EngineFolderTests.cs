using System.Text.RegularExpressions;

namespace Freshet.Architecture.Tests;

/// <summary>Inside the engine, policies never see the torrents and sessions that use them: they get values, or an interface of their own.</summary>
public sealed partial class EngineFolderTests
{
    private static readonly string[] Policies = ["Picking", "Choking", "RateLimiting", "Peers", "Dht"];

    [Fact]
    public void Policies_never_see_torrents_or_sessions()
    {
        var broken = new List<string>();
        foreach (string policy in Policies)
        {
            string folder = $"src/Freshet.Engine/{policy}";
            if (!Directory.Exists(Path.Combine(Repository.Root, folder)))
                continue;
            foreach (string file in Repository.SourceFiles(folder))
            {
                foreach (Match match in Composite().Matches(File.ReadAllText(file)))
                    broken.Add($"{Repository.Relative(file)} names {match.Value}");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Storage_never_sees_torrents_sessions_or_picking()
    {
        string[] broken = [.. Repository.SourceFiles("src/Freshet.Engine/Storage")
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"Freshet\.Engine\.(Torrents|Session|Picking|Discovery)\b", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .Select(Repository.Relative)];
        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\bFreshet\.Engine\.(Torrents|Session)\b", RegexOptions.None, 1000)]
    private static partial Regex Composite();
}
