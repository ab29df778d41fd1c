using System.Text.Json;

namespace Freshet.Cli.Tests.Settings;

public sealed class ConfigTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_setting_is_shown_with_where_it_comes_from()
    {
        Write("""
            {
                // Comments are welcome.
                "max-peers": 7,
                "no-dht": true,
                "peer": ["a.example:1", "b.example:2"],
            }
            """);
        CliResult result = await RunAsync(new(StringComparer.Ordinal) { ["FRESHET_MAX_PEERS"] = "9", ["FRESHET_CHECK"] = "full" }, "config", "print");
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Matches(@"(?m)^max-peers +9 +FRESHET_MAX_PEERS\r?$", result.Out);
        Assert.Matches(@"(?m)^check +full +FRESHET_CHECK\r?$", result.Out);
        Assert.Matches(@"(?m)^no-dht +true +.*config\.json, line 4\r?$", result.Out);
        Assert.Matches(@"(?m)^peer +a\.example:1 b\.example:2 +.*config\.json, line 5\r?$", result.Out);
        Assert.Matches(@"(?m)^strategy +\S+ +default\r?$", result.Out);
        Assert.Matches(@"(?m)^no-pex +false +default\r?$", result.Out);
    }

    [Fact]
    public async Task Programs_get_the_settings_as_a_document()
    {
        Write("""{ "max-peers": 7 }""");
        using JsonDocument document = JsonDocument.Parse((await RunAsync([], "config", "print", "--json")).Out);
        JsonElement setting = Assert.Single(document.RootElement.EnumerateArray(), element => element.GetProperty("key").GetString() == "max-peers");
        Assert.Equal("7", setting.GetProperty("value").GetString());
        Assert.Equal("file", setting.GetProperty("origin").GetString());
        Assert.EndsWith("config.json, line 1", setting.GetProperty("place").GetString(), StringComparison.Ordinal);
    }

    // The list of files is what a setting cannot change: a value that is taken shows by what is refused.
    [Fact]
    public async Task An_option_goes_before_a_variable_before_the_file_before_the_default()
    {
        string torrent = new TestTorrent("t", ("a", 100)).WriteTorrent(_folder);
        string[] list = ["download", torrent, "--list"];
        Write("""{ "check": "never" }""");
        Assert.Equal(ExitCode.Configuration, (await RunAsync([], list)).ExitCode);
        Dictionary<string, string> variable = new(StringComparer.Ordinal) { ["FRESHET_CHECK"] = "full" };
        Assert.Equal(ExitCode.Ok, (await RunAsync(variable, list)).ExitCode);
        variable["FRESHET_CHECK"] = "perhaps";
        Assert.Contains("FRESHET_CHECK: check takes auto, full or none, not 'perhaps'", (await RunAsync(variable, list)).Error, StringComparison.Ordinal);
        Write("""{ "check": null }""");
        Assert.Equal(ExitCode.Ok, (await RunAsync([], list)).ExitCode);
    }

    [Fact]
    public async Task A_setting_has_the_effect_of_its_option()
    {
        await using Download.Swarm swarm = await Download.Swarm.StartAsync();
        Write($$"""{ "output": {{JsonSerializer.Serialize(_folder.At("out"))}}, "state-dir": {{JsonSerializer.Serialize(_folder.At("state"))}}, "peer": ["{{swarm.Peer}}"] }""");
        CliResult result = await RunAsync(new(StringComparer.Ordinal) { ["FRESHET_BIND"] = "127.0.0.1" }, "download", swarm.TorrentFile);
        Assert.Equal("", result.Error);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.True(File.Exists(_folder.At("out", "album", "one.flac")));
    }

    [Theory]
    [InlineData("config.json, line 2: max-peers takes a number of at least 1, not 'x'", "{\n\"max-peers\": \"x\" }")]
    [InlineData("config.json, line 1: check takes auto, full or none, not 'twice'.", "{ \"check\": \"twice\" }")]
    [InlineData("config.json, line 1: max-peers takes one value, not a list", "{ \"max-peers\": [1, 2] }")]
    [InlineData("config.json, line 1: peer takes HOST:PORT, not 'b'", "{ \"peer\": [\"a:1\", \"b\"] }")]
    [InlineData("config.json, line 1: no-dht takes true or false, not 'maybe'", "{ \"no-dht\": \"maybe\" }")]
    [InlineData("config.json, line 1: max-peers takes a text, a number, true, false, or a list of them", "{ \"max-peers\": {} }")]
    [InlineData("config.json, line 3: max-peers is there twice", "{ \"max-peers\": 1,\n\n\"max-peers\": 2 }")]
    [InlineData("config.json, line 2: this is no JSON: ", "{ \"max-peers\": 1,\n max-peers: 2 }")]
    [InlineData("config.json, line 1: the file holds one object", "[]")]
    [InlineData("config.json, line 1: the file is empty: ", "\n")]
    [InlineData("config.json, line 1: color takes auto, always or never, not 'blue'.", "{ \"color\": \"blue\" }")]
    [InlineData("config.json, line 1: this is no JSON: ", "{")]
    [InlineData("config.json, line 2: this is no JSON: ", "{ }\n{ }")]
    public async Task What_is_wrong_is_named_with_file_line_and_key(string expected, string json)
    {
        Write(json);
        foreach (string[] verb in (string[][])[["download", "x.torrent"], ["config", "print"]])
        {
            CliResult result = await RunAsync([], verb);
            Assert.Equal(ExitCode.Configuration, result.ExitCode);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_key_is_warned_of_with_a_guess()
    {
        Write("{\n  \"max-peer\": 5, \"nonsense\": 1 }");
        CliResult result = await RunAsync([], "config", "print");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("config.json, line 2: there is no setting max-peer; did you mean max-peers?", result.Error, StringComparison.Ordinal);
        Assert.Contains("there is no setting nonsense; freshet config print lists them", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_knows_the_settings_of_others_and_warns_of_those_that_none_has()
    {
        Write("""{ "upload-slots": 5, "max-peers": 9, "max-peer": 5 }""");
        CliResult result = await RunAsync([], "info", "nowhere.torrent");
        Assert.Contains("there is no setting max-peer; did you mean max-peers?", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no setting upload-slots", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no setting max-peers", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_variable_says_nothing()
    {
        Write("""{ "max-peers": 7 }""");
        Dictionary<string, string> empty = new(StringComparer.Ordinal) { ["FRESHET_MAX_PEERS"] = "", ["FRESHET_OUTPUT"] = "", ["FRESHET_NO_DHT"] = "", ["FRESHET_TRACKER"] = "" };
        CliResult result = await RunAsync(empty, "config", "print");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Matches(@"(?m)^max-peers +7 +.*config\.json, line 1\r?$", result.Out);
        Assert.Matches(@"(?m)^output +\. +default\r?$", result.Out);
    }

    [Fact]
    public async Task What_is_found_out_by_itself_is_shown_as_auto()
    {
        string output = (await RunAsync([], "config", "print")).Out;
        Assert.Matches(@"(?m)^upload-slots +auto +default\r?$", output);
        Assert.Matches(@"(?m)^pipeline +auto +default\r?$", output);
    }

    [Fact]
    public async Task Another_file_can_be_named_and_must_then_be_there()
    {
        string other = _folder.At("other.json");
        CliResult missing = await RunAsync([], "config", "print", "--config", other);
        Assert.Equal(ExitCode.Configuration, missing.ExitCode);
        Assert.Contains(other, missing.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(other, """{ "max-peers": 3 }""", TestContext.Current.CancellationToken);
        Assert.Matches("max-peers +3 ", (await RunAsync([], "config", "print", "--config", other)).Out);
        Assert.Matches("max-peers +3 ", (await RunAsync(new(StringComparer.Ordinal) { ["FRESHET_CONFIG"] = other }, "config", "print")).Out);
    }

    [Fact]
    public async Task A_broken_file_does_not_keep_help_from_helping()
    {
        Write("nonsense");
        foreach (string[] verb in (string[][])[["help"], ["download", "--help"], ["version"], ["config", "path"], ["completion", "bash"]])
            Assert.Equal(ExitCode.Ok, (await RunAsync([], verb)).ExitCode);
    }

    [Fact]
    public async Task Secrets_of_trackers_are_not_printed()
    {
        Write("""{ "tracker": ["http://t.example/announce?passkey=0123456789abcdef0123456789abcdef"] }""");
        CliResult result = await RunAsync([], "config", "print");
        Assert.Contains("t.example", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_places_are_shown()
    {
        string output = (await RunAsync([], "config", "path")).Out;
        Assert.Contains($"config  {_folder.At("config.json")}", output, StringComparison.Ordinal);
        Assert.Contains($"state   {_folder.At("state")}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_refused_and_never_a_defect()
    {
        byte[] seed = """{ "max-peers": 1, "peer": ["a:1", 2], /* c */ "no-dht": true, "x": null, "check": "fé", }"""u8.ToArray();
        var random = new Freshet.Core.SeededRandom(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = [.. seed];
            for (int j = random.Next(6); j >= 0; j--)
                noise[random.Next(noise.Length)] = (byte)random.Next(256);
            try
            {
                Freshet.Cli.Settings.ConfigurationFile.Parse(noise.AsSpan(0, random.Next(noise.Length + 1)), "f");
            }
            catch (CommandFailure failure)
            {
                Assert.Equal(ExitCode.Configuration, failure.ExitCode);
            }
        }
    }

    [Fact]
    public async Task Every_setting_is_described_in_the_documentation()
    {
        using JsonDocument document = JsonDocument.Parse((await RunAsync([], "config", "print", "--json")).Out);
        string text = await File.ReadAllTextAsync(
            Path.Combine(RepositoryRoot(), "docs", "configuration.md"), TestContext.Current.CancellationToken);
        string[] missing = [.. document.RootElement.EnumerateArray().Select(setting => setting.GetProperty("key").GetString()!).Where(key => !text.Contains($"`{key}`", StringComparison.Ordinal))];
        Assert.Empty(missing);
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Freshet.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private void Write(string json) => File.WriteAllText(_folder.At("config.json"), json);

    private Task<CliResult> RunAsync(Dictionary<string, string> variables, params string[] arguments) => Cli.RunAsync(
        new RunOptions { Environment = variables, Folders = new UserFolders(_folder.Path, _folder.At("state"), _folder.At("cache")) }, arguments);
}
