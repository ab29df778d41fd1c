using Spectre.Console.Rendering;

namespace Freshet.Cli.Download;

/// <summary>Lines that clear what was left of an earlier text in the rows that they are written over.</summary>
internal sealed class ClearingLines(IRenderable inner) : Renderable
{
    private static readonly Segment Clear = Segment.Control("\u001b[K");

    protected override Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (Segment segment in inner.Render(options, maxWidth))
        {
            if (segment.IsLineBreak)
                yield return Clear;
            yield return segment;
        }
    }
}
