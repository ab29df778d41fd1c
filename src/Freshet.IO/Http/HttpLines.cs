namespace Freshet.IO.Http;

/// <summary>
/// Lines that are kept open for a while where more is to be asked of the same server: thousands of torrents announce to one tracker, and most of what an exchange costs,
/// here and there, is its connection. Thread-safe.
/// </summary>
internal sealed class HttpLines : IDisposable
{
    /// <summary>Lines that wait for an exchange: as many as there are exchanges at once. One more is closed.</summary>
    public const int MaxIdle = HttpExchanger.MaxAtOnce;

    /// <summary>A line as old as this is closed after its exchange: a name may lead elsewhere by now.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dialer _dialer;
    private readonly TimeSpan _patience;
    private readonly List<(HttpLine Line, long Since)> _idle = [];
    private readonly Timer _timer;
    private bool _disposed;

    /// <summary>Keeps none yet.</summary>
    /// <param name="dialer">Opens connections.</param>
    /// <param name="patience">How long a line waits for the next exchange.</param>
    public HttpLines(Dialer dialer, TimeSpan patience)
    {
        _dialer = dialer;
        _patience = patience;
        _timer = new Timer(static lines => ((HttpLines)lines!).CloseOld(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>A line for one exchange: one that waits, or a new one.</summary>
    public HttpLine Take(HttpLineKey key)
    {
        lock (_gate)
        {
            // The one that was in use last, so that those that are not needed any more grow old.
            int found = _idle.FindLastIndex(idle => idle.Line.Key == key);
            if (found >= 0)
            {
                HttpLine line = _idle[found].Line;
                _idle.RemoveAt(found);
                return line;
            }
        }

        return new HttpLine(key, _dialer);
    }

    /// <summary>Takes a line back after an exchange that ended well.</summary>
    public void Keep(HttpLine line)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < MaxIdle && line.Age < MaxAge)
            {
                if (_idle.Count == 0)
                    _timer.Change(_patience, Timeout.InfiniteTimeSpan);
                _idle.Add((line, Environment.TickCount64));
                return;
            }
        }

        line.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer.Dispose();
            foreach ((HttpLine line, _) in _idle)
                line.Dispose();
            _idle.Clear();
        }
    }

    private void CloseOld()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            long old = Environment.TickCount64 - (long)_patience.TotalMilliseconds;

            // The oldest come first.
            while (_idle.Count > 0 && _idle[0].Since <= old)
            {
                _idle[0].Line.Dispose();
                _idle.RemoveAt(0);
            }

            if (_idle.Count > 0)
                _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, _idle[0].Since - old)), Timeout.InfiniteTimeSpan);
        }
    }
}
