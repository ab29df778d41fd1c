using System.Globalization;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Torrents;

/// <summary>Finds out when a seeding torrent has given enough. Costs nothing between two looks: each goal says when it can be reached at the earliest.</summary>
internal sealed class GoalWatch
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;

    // Made when it is first set: most torrents have no goal.
    private Deadline? _look;
    private long _enough = long.MaxValue;
    private bool _isOn;

    public GoalWatch(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
    }

    /// <summary>The torrent's own goals; those of the session count where it has none.</summary>
    public SeedGoals? Own { get; set; }

    /// <summary>Whether goals count for nothing until the torrent is stopped: a person started it again after it had reached one.</summary>
    public bool IsLifted { get; set; }

    private SeedGoals Goals => Own?.Over(_session.Settings.Goals) ?? _session.Settings.Goals;

    /// <summary>The torrent seeds.</summary>
    public void Begin(MonoTime now)
    {
        _isOn = true;
        Changed(now);
    }

    /// <summary>The torrent does not seed any more.</summary>
    public void End()
    {
        _isOn = false;
        _enough = long.MaxValue;
        _look?.Clear();
    }

    /// <summary>The goals are others now.</summary>
    public void Changed(MonoTime now)
    {
        if (_isOn && !Goals.IsNone && !IsLifted)
            LookAt(now);
        else
            _look?.Clear();
    }

    /// <summary>Payload came in or went out.</summary>
    public void Moved(MonoTime now)
    {
        // Not at once: whoever counts bytes is in the middle of a peer's message.
        if (_torrent.Figures.Uploaded >= _enough)
            LookAt(now);
    }

    private void LookAt(MonoTime time) => (_look ??= new Deadline(_session.Deadlines, Look)).Set(time);

    private static string Text(TimeSpan time)
        => time.TotalHours >= 1 ? $"{(long)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.TotalSeconds:0.##} s";

    private void Look(MonoTime now)
    {
        if (!_isOn)
            return;
        SeedGoals goals = Goals;
        TorrentFigures figures = _torrent.Figures;
        string? reached = null;
        MonoTime next = MonoTime.Never;
        _enough = long.MaxValue;
        if (goals.Ratio is { } ratio && double.IsFinite(ratio))
        {
            double enough = ratio * Math.Max(figures.DownloadedBefore + figures.Downloaded, _torrent.WantedBytes);
            if (figures.UploadedBefore + figures.Uploaded >= enough)
                reached = string.Create(CultureInfo.InvariantCulture, $"ratio {ratio:0.00} reached");
            else
                _enough = (long)Math.Min(Math.Ceiling(enough) - figures.UploadedBefore, long.MaxValue / 2d);
        }

        if (goals.SeedTime is { } time && time != TimeSpan.MaxValue)
        {
            TimeSpan left = time - figures.SeededFor(now);
            if (left <= TimeSpan.Zero)
                reached ??= $"seeded for {Text(time)}";
            else
                next = MonoTime.Min(next, now + left);
        }

        if (goals.IdleTime is { } idle && idle != TimeSpan.MaxValue)
        {
            TimeSpan left = idle - (now - figures.GaveAt);
            if (left <= TimeSpan.Zero)
                reached ??= $"nobody took anything for {Text(idle)}";
            else
                next = MonoTime.Min(next, now + left);
        }

        if (reached is null)
        {
            LookAt(next);
            return;
        }

        End();
        _torrent.Lifecycle.GoalReached(reached, goals.Action ?? GoalAction.Stop, now);
    }
}
