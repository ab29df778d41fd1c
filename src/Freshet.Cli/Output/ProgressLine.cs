using System.Diagnostics;

namespace Freshet.Cli.Output;

/// <summary>One line that is written over itself on a terminal; nothing anywhere else. Thread-safe.</summary>
internal sealed class ProgressLine(CommandContext context)
{
    /// <summary>More often only flickers.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _active = context.UsesAnsi && context.Streams.IsTerminal && !context.Quiet && !context.Json;
    private readonly Lock _gate = new();
    private long _shown;

    public void Show(string text)
    {
        if (!_active)
            return;
        lock (_gate)
        {
            if (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < Interval)
                return;
            _shown = Stopwatch.GetTimestamp();

            // A line that is wrapped could not be written over; neither could one that is by what the terminal echoes for Ctrl-C.
            int width = Math.Max(1, context.Streams.Width() - 3);
            context.Out.Write("\r\u001b[K" + (text.Length > width ? text[..width] : text));
            context.Out.Flush();
        }
    }

    public void Clear()
    {
        if (!_active)
            return;
        lock (_gate)
        {
            if (_shown != 0)
                context.Out.Write("\r\u001b[K");
            _shown = 0;
        }
    }
}
