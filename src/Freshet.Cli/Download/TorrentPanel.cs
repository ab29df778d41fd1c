using Freshet.Abstractions;
using Freshet.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Freshet.Cli.Download;

/// <summary>
/// A torrent on two lines of the width that there is: its name and state; percent, bar, rate, time left, pieces and peers. On a narrow terminal the
/// bar gives way first, then what stands at the end.
/// </summary>
internal sealed class TorrentPanel(TorrentStatus status) : Renderable
{
    /// <summary>What a terminal echoes for Ctrl-C would else be wrapped, and the lines above it not be found again.</summary>
    internal const int ForCtrlC = 3;

    private const int LeastBar = 8;
    private const int MostBar = 40;

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        int width = Math.Max(maxWidth - ForCtrlC, 20);
        string state = StatusText.State(status);
        string name = TerminalText.Escape(status.Name);
        string shown = Fit(name, Math.Max(8, width - state.Length - 2));
        yield return new Segment(shown, new Style(decoration: Decoration.Bold));
        yield return new Segment("  ");
        yield return new Segment(Fit(state, width - shown.Length - 2), new Style(StateColor()));
        yield return Segment.LineBreak;

        bool checking = status is { State: TorrentState.Checking, CheckProgress: not null };
        double part = checking ? status.CheckProgress!.Value : status.HasMetadata ? status.Progress : status.MetadataProgress ?? 0;
        string percent = Amounts.Percent(part).PadLeft(7);
        string facts = !status.HasMetadata ? $"of the metadata  {StatusText.Peers(status)}" : checking ? $"of {Amounts.Bytes(status.TotalBytes)}" : Facts();
        int bar = Math.Min(MostBar, width - percent.Length - facts.Length - 3);
        yield return new Segment(percent + " ");
        if (bar >= LeastBar)
        {
            int full = (int)(part * bar);
            (char done, char rest) = options.Unicode ? ('━', '─') : ('#', '-');
            yield return new Segment(new string(done, full), new Style(Color.Green));
            yield return new Segment(new string(rest, bar - full), new Style(Color.Grey));
            yield return new Segment("  ");
        }

        yield return new Segment(Fit(facts, Math.Max(0, width - percent.Length - 1)));
        yield return Segment.LineBreak;
    }

    private string Facts()
    {
        string eta = status.Eta is { } left ? "ETA " + Amounts.Duration(left) : "ETA -";
        return $"{Amounts.Rate(status.DownloadRate),11}  {eta,-10}  {StatusText.Pieces(status)} pieces  {StatusText.Peers(status)}";
    }

    private Color StateColor() => status.State switch
    {
        TorrentState.Error => Color.Red,
        TorrentState.Downloading or TorrentState.FetchingMetadata => Color.Blue,
        TorrentState.Seeding => Color.Green,
        _ => Color.Grey,
    };

    /// <summary>A text that takes at most so many columns, its end left out where it is longer.</summary>
    internal static string Fit(string text, int width) => text.Length <= width ? text : width < 1 ? "" : text[..(width - 1)] + "…";
}
