using System.Net;
using System.Text.Json;
using Freshet.Abstractions;
using Freshet.Cli.Download;
using Freshet.Cli.Output;

namespace Freshet.Cli.Tests.Download;

public sealed class PeerTableTests
{
    private static readonly PeerStatus Peer = new()
    {
        Endpoint = new IPEndPoint(IPAddress.Parse("10.1.2.3"), 6881),
        Client = "libtorrent 2.0.8",
        Sources = PeerSources.Tracker | PeerSources.Pex,
        Progress = 0.5,
        DownloadRate = 2 << 20,
        AmInterested = true,
        AmChoking = true,
    };

    [Fact]
    public void It_shows_who_a_peer_is_what_it_does_and_who_named_it()
    {
        IReadOnlyList<string> lines = PeerTable.Lines([Peer], 10);
        Assert.Equal(2, lines.Count);
        Assert.Matches("^ADDRESS +CLIENT +FLAGS +DOWN +UP +HAS +SOURCE$", lines[0]);
        Assert.Matches(@"^10\.1\.2\.3:6881 +libtorrent 2\.0\.8 +D +2 MiB/s +- +50\.0 % +tracker\+pex$", lines[1]);
    }

    [Fact]
    public void The_busiest_come_first_and_the_rest_are_counted()
    {
        PeerStatus[] peers = [.. Enumerable.Range(1, 30).Select(i => Peer with { Endpoint = new IPEndPoint(i, 1), DownloadRate = i, UploadRate = 0 })];
        IReadOnlyList<string> lines = PeerTable.Lines(peers, 10);
        Assert.Equal(12, lines.Count);
        Assert.StartsWith("30.0.0.0:1 ", lines[1], StringComparison.Ordinal);
        Assert.Equal("and 20 more", lines[^1]);
        Assert.Equal(["no peers"], PeerTable.Lines([], 10), StringComparer.Ordinal);
    }

    [Fact]
    public void A_hostile_name_neither_moves_the_cursor_nor_the_columns()
    {
        PeerStatus hostile = Peer with { Client = "evil\u001b[2J\r\n\u202E" + new string('x', 5000) };
        IReadOnlyList<string> lines = PeerTable.Lines([hostile, Peer], 10);
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
        Assert.All(lines, line => Assert.True(line.Length < 120));
    }

    [Fact]
    public void Programs_get_every_figure()
    {
        using var output = new StringWriter();
        JsonText.WriteLine(output, json =>
        {
            json.WriteStartObject();
            PeerTable.WriteJson(json, [Peer with { RoundTrip = TimeSpan.FromMilliseconds(12.34), HashFailures = 2, Redundant = 16384 }]);
            json.WriteEndObject();
        });
        using JsonDocument document = JsonDocument.Parse(output.ToString());
        JsonElement peer = document.RootElement.GetProperty("peers")[0];
        Assert.Equal("10.1.2.3:6881", peer.GetProperty("peer").GetString());
        Assert.Equal(["tracker", "pex"], peer.GetProperty("sources").EnumerateArray().Select(source => source.GetString()), StringComparer.Ordinal);
        Assert.Equal((12.3, 2, 16384), (peer.GetProperty("roundTripMilliseconds").GetDouble(), peer.GetProperty("hashFailures").GetInt32(), peer.GetProperty("redundant").GetInt32()));
    }

    [Fact]
    public async Task A_download_shows_its_peers_where_asked_to()
    {
        await using Swarm swarm = await Swarm.StartAsync();
        CliResult result = await Cli.RunAsync(swarm.Download("--peers", "--json"));
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Contains("\"event\":\"peers\"", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"event\":\"peers\"", (await Cli.RunAsync(swarm.Download("--json"))).Out, StringComparison.Ordinal);
    }
}
