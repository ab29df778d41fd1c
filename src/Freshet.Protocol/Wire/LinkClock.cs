using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>When a link last heard of its peer, and what is due because of that. A field, never a copy.</summary>
internal struct LinkClock(MonoTime now)
{
    private MonoTime _lastReceived = now;
    private MonoTime _lastSent = now;

    // When the socket last took something of what waits; Never while nothing waits.
    private MonoTime _stuckSince = MonoTime.Never;

    /// <summary>How long the peer may be silent.</summary>
    public TimeSpan Silence { get; set; } = WireLimits.Silence;

    /// <summary>When a keep-alive is due.</summary>
    public MonoTime KeepAliveDue { get; private set; } = now + WireLimits.KeepAlive;

    /// <summary>
    /// When the peer is given up: who neither speaks nor reads for so long is gone; who speaks but never reads what waits for it, too (THREATS W2). While we do not listen to
    /// it because it does not read, it shows that it lives by taking what we send.
    /// </summary>
    /// <param name="isCongested">Whether so much waits to be sent that nothing is read.</param>
    public readonly MonoTime GiveUpAt(bool isCongested) => MonoTime.Min(isCongested ? _lastSent : _lastReceived, _stuckSince) + Silence;

    /// <summary>The peer has shown that it lives, or its silence is of our making.</summary>
    public void Heard(MonoTime now) => _lastReceived = now;

    /// <summary>The next keep-alive counts from now.</summary>
    public void PutOffKeepAlive(MonoTime now) => KeepAliveDue = now + WireLimits.KeepAlive;

    /// <summary>The socket was offered what waits.</summary>
    /// <param name="count">How many bytes it took.</param>
    /// <param name="left">How many still wait.</param>
    /// <param name="wasCongested">Whether nothing was read up to now.</param>
    /// <param name="now">The time.</param>
    public void Sent(int count, int left, bool wasCongested, MonoTime now)
    {
        if (left == 0)
            _stuckSince = MonoTime.Never;
        else if (count > 0 || _stuckSince.IsNever)
            _stuckSince = now;
        if (count == 0)
            return;
        if (wasCongested)
            _lastReceived = now;
        _lastSent = now;
        PutOffKeepAlive(now);
    }
}
