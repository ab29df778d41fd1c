using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>
/// Finds the longest datagram that the path takes, in the manner of RFC 8899: from one that every path takes, by probes. The first probe is the longest allowed, since most
/// paths take it; what follows halves the distance. A probe is a packet like others with padding, so that it can be sent again without: a packet of uTP can never be cut anew.
/// </summary>
internal sealed class MtuSearch
{
    // A probe can be lost for other reasons: so many of one length must be.
    private const int MaxTries = 3;

    // Not worth another probe.
    private const int Close = 12;

    // Two time-outs in a row of long packets: the path has become narrower and says nothing.
    private const int BlackHole = 2;

    // A path may become wider again (RFC 8899, 5.1.1).
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly int _longest;
    private int _ceiling;
    private int _tries;
    private bool _hasFailed;
    private int _timeouts;
    private MonoTime _over;

    /// <summary>Begins a search.</summary>
    /// <param name="longest">The longest datagram that is tried.</param>
    public MtuSearch(int longest)
    {
        _longest = Math.Max(longest, 0);
        _ceiling = _longest;
        Datagram = Math.Min(UtpLimits.SafeDatagram, _longest);
        ProbeLength = 0;
        _over = MonoTime.Never;
    }

    /// <summary>The longest datagram that is known to come through.</summary>
    public int Datagram { get; private set; }

    /// <summary>The length of the probe that is on its way; 0: none is.</summary>
    public int ProbeLength { get; private set; }

    /// <summary>Whether there is something to find out now.</summary>
    public bool IsWanted(MonoTime now) => ProbeLength == 0 && (_ceiling - Datagram >= Close || (now >= _over && _ceiling < _longest));

    /// <summary>The length that the next probe should have; 0: there is nothing to find out.</summary>
    /// <param name="limit">No probe is longer than this.</param>
    /// <param name="now">The time.</param>
    public int NextProbe(int limit, MonoTime now)
    {
        if (_ceiling - Datagram < Close)
        {
            _ceiling = _longest;
            _hasFailed = false;
        }

        if (_ceiling > limit)
        {
            _ceiling = Math.Max(Datagram, limit);
            _over = now + Again;
            if (_ceiling - Datagram < Close)
                return 0;
        }

        return _hasFailed ? (Datagram + _ceiling + 1) / 2 : _ceiling;
    }

    /// <summary>A probe was sent.</summary>
    public void Sent(int length) => ProbeLength = length;

    /// <summary>The probe came through.</summary>
    public void Acknowledged(MonoTime now)
    {
        Datagram = Math.Max(Datagram, ProbeLength);
        ProbeLength = 0;
        _tries = 0;
        _over = now + Again;
    }

    /// <summary>The probe was lost.</summary>
    public void Lost(MonoTime now)
    {
        int length = ProbeLength;
        ProbeLength = 0;
        if (++_tries < MaxTries)
            return;
        _tries = 0;
        _hasFailed = true;
        _ceiling = Math.Max(Datagram, length - 1);
        _over = now + Again;
    }

    /// <summary>A packet was acknowledged.</summary>
    public void Progress() => _timeouts = 0;

    /// <summary>A packet was waited for in vain.</summary>
    /// <returns>Whether the length of packets has changed.</returns>
    public bool TimedOut(MonoTime now)
    {
        if (Datagram <= UtpLimits.SafeDatagram || ++_timeouts < BlackHole)
            return false;
        _timeouts = 0;
        _ceiling = Datagram - 1;
        Datagram = Math.Min(UtpLimits.SafeDatagram, _longest);
        _hasFailed = true;
        _over = now + Again;
        return true;
    }
}
