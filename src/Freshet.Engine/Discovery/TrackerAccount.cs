using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>
/// What one tracker is told of the transfer. The figures count from where its session with us began, and are the same over each address family of a round: a
/// tracker that knows us by peer id and key (BEP 7) sees one client whose figures never go back, and so counts each byte once.
/// </summary>
internal sealed class TrackerAccount
{
    private TransferFigures _start;
    private TransferFigures _present;
    private MonoTime _takenAt = MonoTime.Never;

    /// <summary>A session begins.</summary>
    /// <param name="start">What others have been told already.</param>
    public void Open(TransferFigures start)
    {
        _start = start;
        Renew();
    }

    /// <summary>The next announce takes figures of its own moment.</summary>
    public void Renew() => _takenAt = MonoTime.Never;

    /// <summary>What to tell at this moment.</summary>
    /// <param name="present">The torrent's figures.</param>
    /// <param name="absolute">Those of them that are told: of this moment, or of the first announce of the same round.</param>
    /// <param name="now">The time.</param>
    public TransferFigures At(TransferFigures present, out TransferFigures absolute, MonoTime now)
    {
        if (_takenAt.IsNever || now - _takenAt >= TrackerSchedule.Floor || present.Left != _present.Left)
        {
            _present = present;
            _takenAt = now;
        }

        absolute = _present;
        return _present.Since(_start);
    }
}
