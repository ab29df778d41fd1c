using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Session;

/// <summary>The limits of a whole session that are in force.</summary>
internal sealed class SessionRates
{
    private readonly LimitSlot _up;
    private readonly LimitSlot _down;
    private bool _exemptLocal;

    public SessionRates(SessionLimits limits, DeadlineQueue deadlines, MonoTime now)
    {
        _up = new LimitSlot(deadlines);
        _down = new LimitSlot(deadlines);
        Apply(limits, now);
    }

    /// <summary>What goes out, or null where nothing limits it.</summary>
    public RateBucket? Up => _up.Bucket;

    /// <summary>What comes in, or null where nothing limits it.</summary>
    public RateBucket? Down => _down.Bucket;

    /// <summary>Whether no limit holds for an address, be it the session's, a torrent's or a peer's.</summary>
    public bool Exempts(IPAddress address)
        => _exemptLocal && AddressRules.Classify(address) is AddressScope.Lan or AddressScope.LinkLocal or AddressScope.Loopback;

    /// <summary>Puts other limits into force; true where connections must be looked at again, because some are limited now that were not, or the other way round.</summary>
    public bool Apply(SessionLimits limits, MonoTime now)
    {
        bool changes = _exemptLocal != limits.ExemptLocal;
        _exemptLocal = limits.ExemptLocal;
        changes |= _up.Set(limits.InForce.Up, now);
        changes |= _down.Set(limits.InForce.Down, now);
        return changes;
    }
}
