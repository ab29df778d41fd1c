using System.Text.Json;

namespace Freshet.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_verb_under_the_commands_own_name()
    {
        CliResult result = await Cli.RunAsync("--help");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("freshet [command] [options]", result.Out, StringComparison.Ordinal);
        foreach (string verb in (string[])["download", "seed", "create", "config", "info", "verify", "tracker", "demo", "version", "completion", "help"])
            Assert.Contains($"  {verb} ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_all_gives_help()
        => Assert.Equal((await Cli.RunAsync("--help")).Out, (await Cli.RunAsync()).Out);

    [Theory]
    [InlineData("download")]
    [InlineData("create")]
    [InlineData("seed")]
    [InlineData("info")]
    [InlineData("verify")]
    [InlineData("tracker")]
    [InlineData("demo")]
    [InlineData("config")]
    [InlineData("version")]
    [InlineData("completion")]
    [InlineData("help")]
    public async Task Help_takes_a_verb_and_shows_it_as_it_is_by_itself(string verb)
        => Assert.Equal((await Cli.RunAsync(verb, "--help")).Out, (await Cli.RunAsync("help", verb)).Out);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("info")]
    [InlineData("info", "a", "b")]
    [InlineData("version", "--nonsense")]
    [InlineData("completion", "tcsh")]
    [InlineData("info", "a", "--color", "sometimes")]
    [InlineData("download", "a", "--nonsense")]
    public async Task Nonsense_is_a_usage_error(params string[] arguments)
    {
        CliResult result = await Cli.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.StartsWith("freshet: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("--strategy takes rarest, random-rarest, random, sequential or smart, not 'rare'.", "download", "a", "--strategy", "rare")]
    [InlineData("--check takes auto, full or none, not 'bogus'.", "download", "a", "--check", "bogus")]
    [InlineData("There is no option --nonsense.", "download", "a", "--nonsense")]
    public async Task What_is_wrong_stands_in_one_line(string expected, params string[] arguments)
        => Assert.Equal($"freshet: {expected}", (await Cli.RunAsync(arguments)).Error.Split('\n')[0].TrimEnd());

    [Fact]
    public async Task A_file_may_have_a_name_that_looks_like_an_option()
        => Assert.Contains("Cannot read the torrent --nonsense", (await Cli.RunAsync("info", "--", "--nonsense")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task The_version_is_for_people_and_for_programs()
    {
        Assert.StartsWith("freshet 0.", (await Cli.RunAsync("version")).Out, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse((await Cli.RunAsync("--json", "version")).Out);
        Assert.StartsWith("0.", document.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("tracker", "nonsense")]
    [InlineData("EXIT-CODES")]
    public async Task Help_on_what_is_not_there_is_an_error(params string[] topic)
    {
        CliResult result = await Cli.RunAsync(["help", .. topic]);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains($"no help on '{string.Join(' ', topic)}'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("download")]
    [InlineData("seed")]
    [InlineData("tracker", "scrape")]
    public async Task Defaults_are_shown_as_they_are_given(params string[] verb)
    {
        string help = (await Cli.RunAsync([.. verb, "--help"])).Out;
        Assert.DoesNotContain("[default: -", help, StringComparison.Ordinal);
        Assert.DoesNotContain("[default: 0", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demo_that_is_interrupted_says_so_and_is_unfinished()
    {
        using var interrupt = new CancellationTokenSource();
        await interrupt.CancelAsync();
        CliResult result = await Cli.RunAsync(new RunOptions { Interrupt = interrupt.Token }, "demo", "--size", "1MiB");
        Assert.Equal(ExitCode.Unfinished, result.ExitCode);
        Assert.Contains("[unfinished]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_exit_code_in_use_is_listed()
    {
        CliResult result = await Cli.RunAsync("help", "exit-codes");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        int[] listed = [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Trim().Split(' ')[0]))];
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130, 143], listed);
        Assert.All(Enum.GetValues<FreshetError>(), error => Assert.Contains(ExitCode.For(error), listed));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _freshet freshet")]
    [InlineData("zsh", "compdef _freshet freshet")]
    [InlineData("fish", "complete -c freshet")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Each_shell_gets_its_completion(string shell, string expected)
        => Assert.Contains(expected, (await Cli.RunAsync("completion", shell)).Out, StringComparison.Ordinal);

    [Theory]
    [InlineData("down", "download")]
    [InlineData("info x --tr", "--trackers")]
    [InlineData("cre", "create")]
    [InlineData("config ", "print")]
    [InlineData("seed x --pee", "--peers")]
    [InlineData("create x --repro", "--reproducible")]
    [InlineData("completion ", "zsh")]
    [InlineData("download x --strategy ", "sequential")]
    [InlineData("download x --check ", "full")]
    [InlineData("version --color ", "never")]
    public async Task Completions_come_from_the_commands_themselves(string line, string expected)
    {
        CliResult result = await Cli.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Contains(expected, result.Out.Split('\n', StringSplitOptions.TrimEntries), StringComparer.Ordinal);
    }
}
