using Freshet.Core;

namespace Freshet.Protocol.Utp.Congestion;

/// <summary>
/// CUBIC (RFC 9438): takes its share of a full line as TCP does. The window follows a cubic of the time since the last loss, flat around where that loss was; where that is slower
/// than Reno, it follows Reno. Slow start ends by HyStart++.
/// </summary>
internal sealed class CubicController : ICongestionController
{
    // The RFC's constants: how steep the cubic is, in packets a second cubed, and what is left of the window after a loss.
    private const double Steepness = 0.4;
    private const double Left = 0.7;

    // Reno's growth for a window that loses three tenths and not half: the same mean rate.
    private const double RenoGrowth = 3 * (1 - Left) / (1 + Left);

    // RFC 6928.
    private const int FirstPackets = 10;

    // One lost packet is found by those behind it, not by a time-out.
    private const int FewestPackets = 2;

    private HyStart _hyStart = new();
    private int _packet;
    private double _window;
    private double _threshold = double.MaxValue;
    private double _smoothed;

    // In packets, of which the RFC's formulas are made; the window itself is in bytes, for a packet's size may change.
    private double _lossWindow;
    private double _priorWindow;
    private double _renoWindow;
    private double _secondsToLossWindow;

    private bool _hasEpoch;
    private MonoTime _epoch;
    private MonoTime _lastAck;
    private MonoTime _reducedAt = new(long.MinValue);
    private long _delivered;
    private long _recoveryEnd = long.MinValue;
    private OpenLosses _losses;
    private Saved _saved;

    /// <summary>Begins with ten packets.</summary>
    /// <param name="packetSize">Bytes of payload of a packet.</param>
    public CubicController(int packetSize)
    {
        _packet = packetSize;
        _window = FirstPackets * packetSize;
    }

    /// <inheritdoc/>
    public long Window => (long)_window;

    /// <inheritdoc/>
    public long PacingRate
    {
        get
        {
            // As Linux: twice the window in a round trip while it doubles, later a fifth above, so that the window and not the pacer governs.
            double factor = IsInSlowStart ? 2 : 1.2;
            return _smoothed > 0 ? (long)(factor * _window * TimeSpan.MicrosecondsPerSecond / _smoothed) : 0;
        }
    }

    private bool IsInSlowStart => _window < _threshold;

    private double Fewest => FewestPackets * _packet;

    /// <inheritdoc/>
    public void SetPacketSize(int bytes)
    {
        if (bytes == _packet)
            return;

        // The bytes stay; what was counted in packets is counted in new ones.
        double scale = (double)_packet / bytes;
        _lossWindow *= scale;
        _priorWindow *= scale;
        _losses.Forget();
        _packet = bytes;
        _window = Math.Max(_window, Fewest);
        _hasEpoch = false;
    }

    /// <inheritdoc/>
    public void OnAcked(in UtpAckSample sample)
    {
        TimeSpan sinceLast = sample.Now - _lastAck;
        _lastAck = sample.Now;
        _smoothed = sample.SmoothedRoundTrip.TotalMicroseconds;
        _delivered = sample.Delivered;
        bool isRecovering = sample.DeliveredAtSend < _recoveryEnd;
        if (sample.IsAppLimited || isRecovering)
        {
            // The cubic's clock stands while the window is not used: or it would be far too large when it is.
            if (_hasEpoch && sample.IsAppLimited)
                _epoch += sinceLast;
            return;
        }

        if (IsInSlowStart)
            GrowFast(sample);
        else
            GrowCubic(sample);
    }

    /// <inheritdoc/>
    public void OnLost(in UtpLossSample sample)
    {
        // What was sent before the last reduction was lost to the same full queue.
        if (sample.SentAt <= _reducedAt)
        {
            _losses.Add();
            return;
        }

        _losses.Begin();
        _saved = new Saved(_window, _threshold, _lossWindow, _priorWindow, _renoWindow, _secondsToLossWindow, _epoch, _hasEpoch);
        Reduce(sample.Now);
        _window = _threshold;
        _recoveryEnd = _delivered + sample.InFlight;
    }

    /// <inheritdoc/>
    public void OnNotLost(int packets, MonoTime now)
    {
        if (!_losses.Withdraw(packets) || _window >= _saved.Window)
            return;
        (_window, _threshold, _lossWindow, _priorWindow, _renoWindow, _secondsToLossWindow, _epoch, _hasEpoch) = _saved;
        _recoveryEnd = long.MinValue;
    }

    /// <inheritdoc/>
    public void OnTimeout(MonoTime now)
    {
        _losses.Forget();

        // A second time-out of the same silence finds a window of one packet: what was before the first counts.
        if (_window > _packet)
            Reduce(now);
        _reducedAt = now;
        _lossWindow = 0;
        _window = _packet;
        _recoveryEnd = long.MinValue;
    }

    /// <inheritdoc/>
    public void OnIdle(TimeSpan idle, MonoTime now)
    {
        if (_hasEpoch)
            _epoch += idle;

        // RFC 5681, 4.1: what was measured is old; slow start finds it again if it is still there.
        if (idle.TotalMicroseconds < Math.Max(2 * _smoothed, 1_000_000) || _window <= FirstPackets * _packet)
            return;
        _threshold = Math.Max(_threshold, 0.75 * _window);
        _window = FirstPackets * _packet;
    }

    private void Reduce(MonoTime now)
    {
        _reducedAt = now;
        _hasEpoch = false;
        _priorWindow = _window / _packet;

        // Fast convergence: who had to give way before it reached its last height leaves room, for others came.
        _lossWindow = _priorWindow < _lossWindow ? _priorWindow * (1 + Left) / 2 : _priorWindow;
        _threshold = Math.Max(_window * Left, Fewest);
    }

    private void GrowFast(in UtpAckSample sample)
    {
        if (_threshold == double.MaxValue)
        {
            _hyStart.Note(sample);
            if (_hyStart.IsOver)
            {
                _threshold = _window;
                return;
            }
        }

        _window = Math.Min(_window + (_hyStart.Growth * sample.Bytes), _threshold);
    }

    private void GrowCubic(in UtpAckSample sample)
    {
        double window = _window / _packet;
        if (!_hasEpoch)
            BeginEpoch(window, sample.Now);

        double acked = (double)sample.Bytes / _packet;
        _renoWindow += (_renoWindow >= _priorWindow ? 1 : RenoGrowth) * acked / window;
        double seconds = (sample.Now - _epoch).TotalSeconds;
        if (CubicAt(seconds) < _renoWindow)
        {
            window = Math.Max(_renoWindow, window);
        }
        else
        {
            // Towards where the cubic is one round trip from now, and never by more than half in one.
            double target = Math.Clamp(CubicAt(seconds + (_smoothed / TimeSpan.MicrosecondsPerSecond)), window, 1.5 * window);
            window += (target - window) / window * acked;
        }

        _window = window * _packet;
    }

    private void BeginEpoch(double window, MonoTime now)
    {
        _hasEpoch = true;
        _epoch = now;
        _renoWindow = window;
        if (window < _lossWindow)
        {
            _secondsToLossWindow = Math.Cbrt((_lossWindow - window) / Steepness);
        }
        else
        {
            _secondsToLossWindow = 0;
            _lossWindow = window;
        }
    }

    private double CubicAt(double seconds)
    {
        double t = seconds - _secondsToLossWindow;
        return (Steepness * t * t * t) + _lossWindow;
    }

    private readonly record struct Saved(
        double Window,
        double Threshold,
        double LossWindow,
        double PriorWindow,
        double RenoWindow,
        double SecondsToLossWindow,
        MonoTime Epoch,
        bool HasEpoch);
}
