using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>
/// What one tracker is told of the transfer. The figures count from where its session with us began, and are the same over each address family of a round: a
/// tracker that knows us by peer id and key (BEP 7) sees one client whose figures never go back, and so counts each byte once. Of a hybrid's two swarms (BEP 52) the one
/// that the tracker was the first to take in this session is told what was moved; in the other only what is left.
/// </summary>
internal sealed class TrackerAccount
{
    private TransferFigures _start;
    private TransferFigures _present;
    private InfoHash? _swarm;
    private MonoTime _takenAt = MonoTime.Never;

    /// <summary>A session begins.</summary>
    /// <param name="start">What others have been told already.</param>
    public void Open(TransferFigures start)
    {
        _start = start;
        _swarm = null;
        Renew();
    }

    /// <summary>The next announce takes figures of its own moment.</summary>
    public void Renew() => _takenAt = MonoTime.Never;

    /// <summary>The tracker has taken an announce of a swarm: the first that it takes is the one whose figures count.</summary>
    public void Taken(InfoHash swarm) => _swarm ??= swarm;

    /// <summary>What to tell at this moment.</summary>
    /// <param name="present">The torrent's figures.</param>
    /// <param name="swarm">The swarm that is announced.</param>
    /// <param name="absolute">Those of them that are told: of this moment, or of the first announce of the same round.</param>
    /// <param name="now">The time.</param>
    public TransferFigures At(TransferFigures present, InfoHash swarm, out TransferFigures absolute, MonoTime now)
    {
        if (_takenAt.IsNever || now - _takenAt >= TrackerSchedule.Floor || present.Left != _present.Left)
        {
            _present = present;
            _takenAt = now;
        }

        absolute = _present;
        TransferFigures since = _present.Since(_start);
        return _swarm is { } counted && counted != swarm ? new TransferFigures(0, 0, since.Left, 0, 0) : since;
    }
}
