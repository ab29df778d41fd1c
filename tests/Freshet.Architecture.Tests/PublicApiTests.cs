using System.Reflection;
using System.Text;

namespace Freshet.Architecture.Tests;

/// <summary>
/// What users of the library can see, as text files beside this one: a change of the public surface shows in review. To approve a change run
/// the tests with FRESHET_APPROVE=1 and commit the files.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Freshet")]
    [InlineData("Freshet.Core")]
    [InlineData("Freshet.Abstractions")]
    public void The_public_surface_is_the_approved_one(string assembly)
    {
        string actual = ApiText.Of(Assembly.Load(assembly));
        string file = Path.Combine(Repository.Root, "tests/Freshet.Architecture.Tests/PublicApi", assembly + ".txt");
        if (Environment.GetEnvironmentVariable("FRESHET_APPROVE") == "1")
            File.WriteAllText(file, actual, new UTF8Encoding(false));
        string approved = File.Exists(file) ? File.ReadAllText(file) : "";
        string[] was = approved.Split('\n');
        string[] now = actual.Split('\n');
        string[] difference = [.. was.Except(now, StringComparer.Ordinal).Select(line => "- " + line), .. now.Except(was, StringComparer.Ordinal).Select(line => "+ " + line)];
        Assert.True(difference.Length == 0, $"The public surface of {assembly} changed (FRESHET_APPROVE=1 approves):\n{string.Join('\n', difference)}");
    }
}
