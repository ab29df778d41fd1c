using System.Reflection;
using System.Text.RegularExpressions;
using Freshet.Abstractions;
using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Output;

public sealed class TroubleTests
{
    private static readonly IReadOnlyDictionary<string, string> Codes = typeof(TroubleCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!, StringComparer.Ordinal);

    [Fact]
    public void Every_code_has_an_entry_and_every_entry_a_code()
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", "troubleshooting.md")).ReplaceLineEndings("\n");
        string[] entries = [.. Regex.Matches(text, "(?m)^## (.+)$", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Groups[1].Value)];
        Assert.Equal(Codes.Values.Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_code_is_used()
    {
        string source = string.Concat(Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        string[] unused = [.. Codes.Keys.Where(name => !Regex.IsMatch(source, $@"TroubleCodes\.{name}\b|=> {name}[,;]|_ => {name}\b", RegexOptions.None, TimeSpan.FromSeconds(5)))];
        Assert.Empty(unused);
    }

    [Fact]
    public void Every_kind_of_error_has_a_code_of_its_own_or_a_general_one()
    {
        Assert.All(Enum.GetValues<FreshetError>(), error => Assert.NotNull(TroubleText.EntryOf(TroubleCodes.Of(error))));
        Assert.All(Enum.GetValues<DiskErrorKind>(), kind => Assert.NotNull(TroubleText.EntryOf(TroubleCodes.Of(kind))));
        Assert.All(ExitCode.All, code => Assert.NotNull(TroubleText.EntryOf(ExitCode.TroubleOf(code.Code))));
        Assert.Equal(Enum.GetValues<DiskErrorKind>().Length, Enum.GetValues<DiskErrorKind>().Select(TroubleCodes.Of).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(TroubleCodes.TorrentInUse, "in use by process")]
    [InlineData(TroubleCodes.Storage, "pieces are in")]
    [InlineData(TroubleCodes.Storage, "holds nothing of this torrent, and would be overwritten")]
    [InlineData(TroubleCodes.NothingToResume, "no torrent was seeded before")]
    public void The_entry_has_the_words_by_which_a_message_is_looked_up(string code, string words)
        => Assert.Contains(words, TroubleText.EntryOf(code)!.ReplaceLineEndings(" "), StringComparison.Ordinal);

    [Theory]
    [InlineData("usage", "info")]
    [InlineData("source-unreadable", "info", "/nowhere/x.torrent")]
    [InlineData("metadata-unknown", "info", "magnet:?xt=urn:btih:0123456789012345678901234567890123456789")]
    [InlineData("source-invalid", "download", "magnet:?xt=urn:btih:0123456789")]
    [InlineData("source-unreadable", "create", "/nowhere")]
    [InlineData("configuration", "config", "print", "--config", "/nowhere/config.json")]
    public async Task An_error_ends_in_its_code_and_help_explains_it(string code, params string[] arguments)
    {
        CliResult result = await Cli.RunAsync(arguments);
        Assert.EndsWith($"[{code}]", result.Error.TrimEnd(), StringComparison.Ordinal);
        CliResult help = await Cli.RunAsync("help", $"[{code}]");
        Assert.Equal(ExitCode.Ok, help.ExitCode);
        Assert.StartsWith(code, help.Out, StringComparison.Ordinal);
        Assert.Equal(help.Out, (await Cli.RunAsync("help", code)).Out);
    }

    private static string Root
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Freshet.slnx")))
                folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }
}
