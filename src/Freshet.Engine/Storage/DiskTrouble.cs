using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Storage;

/// <summary>
/// What is wrong with a torrent's disk and when to try again. After a failure nothing more is written but one probe at a time, the very
/// piece that failed, after a pause that doubles; only its success ends the trouble, because on a full disk writes over what is there already succeed.
/// </summary>
internal sealed class DiskTrouble(StorageSettings settings)
{
    private int _failures;
    private MonoTime _retryAt;
    private bool _probing;

    /// <summary>The last error while there is trouble.</summary>
    public DiskError? Error { get; private set; }

    /// <summary>Whether only a probe may be written.</summary>
    public bool IsActive => Error is not null;

    /// <summary>Whether it was tried often enough: a person must help.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>When the next probe is due.</summary>
    public MonoTime RetryAt => !IsActive || IsFinal || _probing ? MonoTime.Never : _retryAt;

    /// <summary>Something failed.</summary>
    /// <param name="error">With what.</param>
    /// <param name="isProbe">Whether it was the probe, or else a job handed out before the trouble was known.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether this is news: trouble began, became another, or became final.</returns>
    public bool Fail(DiskError error, bool isProbe, MonoTime now)
    {
        if (isProbe)
            _probing = false;
        else if (IsActive)
            return false;
        bool news = Error?.Kind != error.Kind;
        Error = error;
        _failures++;

        // A full disk and a want of file handles pass by themselves; other trouble usually needs a person.
        bool passes = error.Kind is DiskErrorKind.Full or DiskErrorKind.Handles;
        if (!passes && _failures > settings.MaxRetries && !IsFinal)
        {
            IsFinal = true;
            return true;
        }

        double pause = settings.FirstRetryPause.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 16));
        _retryAt = now + TimeSpan.FromSeconds(Math.Min(pause, settings.MaxRetryPause.TotalSeconds));
        return news;
    }

    /// <summary>Takes the right to probe, where it is due.</summary>
    public bool TryProbe(MonoTime now)
    {
        if (RetryAt > now)
            return false;
        _probing = true;
        return true;
    }

    /// <summary>The probe went through, or there is nothing left to probe with.</summary>
    public void Clear()
    {
        Error = null;
        _failures = 0;
        _probing = false;
        IsFinal = false;
    }
}
