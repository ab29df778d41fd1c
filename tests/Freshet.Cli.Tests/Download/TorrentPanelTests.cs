using System.Text.RegularExpressions;
using Freshet.Abstractions;
using Freshet.Cli.Download;
using Freshet.Core;
using Spectre.Console;

namespace Freshet.Cli.Tests.Download;

public sealed partial class TorrentPanelTests
{
    private static readonly TorrentStatus Status = new()
    {
        Id = new TorrentId(1),
        Hashes = default,
        Name = "an album",
        Directory = "/x",
        State = TorrentState.Downloading,
        TotalBytes = 1000,
        WantedBytes = 1000,
        HaveBytes = 456,
        PieceCount = 10,
        PiecesHave = 4,
        DownloadRate = 3 << 20,
        Eta = TimeSpan.FromSeconds(75),
        Peers = 7,
        Seeders = 2,
    };

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colour { get; }

    [Fact]
    public void It_says_how_it_is_going()
    {
        string[] lines = Render(Status, 120);
        Assert.Equal("an album  downloading", lines[0].TrimEnd());
        Assert.StartsWith(" 45.6 % ", lines[1], StringComparison.Ordinal);
        Assert.Contains("3 MiB/s  ETA 1m15s", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("4/10 pieces  7 peers (2 seeders)", lines[1].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_two_lines_at_any_width_whatever_the_name()
    {
        foreach (string name in (string[])["a", new string('x', 500), "evil\u001b[2J\r\n\u202Ename"])
        {
            for (int width = 24; width < 200; width++)
            {
                foreach (TorrentStatus status in (TorrentStatus[])[Status, Status with { State = TorrentState.Error, Reason = new string('r', 300) }])
                {
                    string[] lines = Render(status with { Name = name }, width);
                    Assert.Equal(2, lines.Length);
                    Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length} > {width}: {line}"));
                    Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
                }
            }
        }
    }

    [Fact]
    public void A_check_shows_how_far_it_is()
        => Assert.StartsWith(" 50.0 % ", Render(Status with { State = TorrentState.Checking, CheckProgress = 0.5 }, 80)[1], StringComparison.Ordinal);

    [Fact]
    public void An_error_shows_its_reason()
        => Assert.Contains("waiting: the disk is full", Render(Status with { State = TorrentState.Error, Reason = "the disk is full" }, 80)[0], StringComparison.Ordinal);

    private static string[] Render(TorrentStatus status, int width)
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.Yes });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(new TorrentPanel(status));
        return [.. Colour.Replace(output.ToString(), "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
    }
}
