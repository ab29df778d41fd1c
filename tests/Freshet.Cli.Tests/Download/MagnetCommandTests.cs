using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Tests.Download;

/// <summary>Magnet links and info-hashes on the command line.</summary>
public sealed class MagnetCommandTests
{
    private const string Nobody = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact]
    public async Task The_link_of_a_torrent_file_downloads_what_the_file_does()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult made = await Cli.RunAsync("magnet", swarm.TorrentFile);
        Assert.StartsWith("magnet:?xt=urn:btih:", made.Out, StringComparison.Ordinal);
        CliResult result = await Cli.RunAsync(Download(swarm, made.Out.Trim()));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("the metadata is here: album", result.Error, StringComparison.Ordinal);
        Assert.Contains("album: complete, 298 KiB verified", result.Out, StringComparison.Ordinal);
        Assert.Equal(swarm.Torrent.Files[0].Bytes, File.ReadAllBytes(swarm.Folder.At("out", "album", "one.flac")));
    }

    [Fact]
    public async Task A_bare_info_hash_is_taken_and_its_files_can_be_selected()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync([.. Download(swarm, HashOf(swarm)), "--select", "*.jpg"]);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.True(File.Exists(swarm.Folder.At("out", "album", "art", "cover.jpg")));
        Assert.False(File.Exists(swarm.Folder.At("out", "album", "one.flac")));
    }

    [Fact]
    public async Task A_selection_that_fits_nothing_fails_as_with_a_file_and_makes_nothing()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync([.. Download(swarm, HashOf(swarm)), "--select", "*.doc"]);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("--select *.doc fits no file of album", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(swarm.Folder.At("out")));
    }

    [Fact]
    public async Task The_files_of_a_link_are_listed_and_nothing_is_fetched()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync([.. Download(swarm, HashOf(swarm)), "--list"]);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("album/art/cover.jpg", result.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(swarm.Folder.At("out")));
    }

    [Fact]
    public async Task Events_tell_of_the_metadata()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync([.. Download(swarm, HashOf(swarm)), "--json"]);
        JsonElement[] events = [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement metadata = Assert.Single(events, e => e.GetProperty("event").GetString() == "metadata");
        Assert.Equal("album", metadata.GetProperty("name").GetString());
        Assert.Contains(events, e => e.GetProperty("event").GetString() == "state" && e.GetProperty("state").GetString() == "fetchingMetadata");
    }

    [Fact]
    public async Task A_link_is_resolved_to_the_torrent_file()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        string file = swarm.Folder.At("found.torrent");
        string[] resolve = ["magnet", "resolve", HashOf(swarm), "--peer", swarm.Peer, "--bind", "127.0.0.1", "--state-dir", swarm.Folder.At("state")];
        CliResult result = await Cli.RunAsync([.. resolve, "-o", file]);
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Equal(Metainfo.Load(swarm.Torrent.ToBytes()).Hashes, Metainfo.Load(File.ReadAllBytes(file)).Hashes);
        Assert.Equal(ExitCode.Conflict, (await Cli.RunAsync([.. resolve, "-o", file])).ExitCode);
        Assert.Contains("album/one.flac", (await Cli.RunAsync(resolve)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_has_is_given_up_with_a_reason()
    {
        using var folder = new TempFolder();
        CliResult resolve = await Cli.RunAsync("magnet", "resolve", Nobody, "--timeout", "1s", "--bind", "127.0.0.1", "--state-dir", folder.At("state"));
        Assert.Equal(ExitCode.Network, resolve.ExitCode);
        Assert.EndsWith("[metadata-unknown]", resolve.Error.TrimEnd(), StringComparison.Ordinal);
        CliResult download = await Cli.RunAsync("download", Nobody, "-o", folder.At("out"), "--give-up-after", "1s", "--bind", "127.0.0.1", "--state-dir", folder.At("state"));
        Assert.Equal(ExitCode.Network, download.ExitCode);
    }

    [Fact]
    public async Task A_link_is_taken_apart_for_people_and_programs()
    {
        const string Link = "magnet:?xt=urn:btih:" + Nobody + "&dn=a%1Bb&tr=http%3A%2F%2F%D0%B0.example%2Fann%2Fsecretpasskey1234567890%2Fannounce&x.pe=[::1]:5&so=1-2&xl=1000&tr=ftp:%2F%2Fx";
        CliResult text = await Cli.RunAsync("magnet", "parse", Link);
        Assert.Equal(ExitCode.Ok, text.ExitCode);
        Assert.Contains("http://xn--80a.example/ann/***/announce", text.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text.Out);
        Assert.Contains("tracker (tr) is no URL", text.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await Cli.RunAsync("magnet", "parse", "--json", Link)).Out);
        Assert.Equal((Nobody, "[::1]:5", 2), (
            json.RootElement.GetProperty("infoHashV1").GetString(),
            json.RootElement.GetProperty("peers")[0].GetString(),
            json.RootElement.GetProperty("files")[0].GetProperty("last").GetInt32()));
    }

    [Fact]
    public async Task A_bad_link_is_refused_with_the_reason()
    {
        CliResult result = await Cli.RunAsync("magnet", "parse", "magnet:?xt=urn:btih:abc");
        Assert.Equal(ExitCode.VerifyFailed, result.ExitCode);
        Assert.Contains("v1 hash", result.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.VerifyFailed, (await Cli.RunAsync("download", "magnet:?xt=urn:btih:abc")).ExitCode);
    }

    [Fact]
    public async Task A_folder_is_linked_to_as_what_create_makes_of_it()
    {
        using var folder = new TempFolder();
        new TestTorrent("album", ("one.flac", 300_000)).WriteContent(folder.Path);
        string file = folder.At("a.torrent");
        await Cli.RunAsync("create", folder.At("album"), "-o", file);
        Assert.Equal((await Cli.RunAsync("magnet", file)).Out, (await Cli.RunAsync("magnet", folder.At("album"))).Out);
    }

    private static string HashOf(Swarm swarm) => Metainfo.Load(swarm.Torrent.ToBytes()).Hashes.ToString();

    private static string[] Download(Swarm swarm, string source)
        => ["download", source, "-o", swarm.Folder.At("out"), "--state-dir", swarm.Folder.At("state"), "--bind", "127.0.0.1", "--peer", swarm.Peer];
}
