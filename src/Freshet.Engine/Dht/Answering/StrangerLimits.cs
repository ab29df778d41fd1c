using Freshet.Core;

namespace Freshet.Engine.Dht.Answering;

/// <summary>How much each stranger may ask: so many queries in ten seconds; who asks more is not heard for some minutes (THREATS U1).</summary>
internal sealed class StrangerLimits(SeededKeys keys)
{
    /// <summary>Strangers that are counted at the same time. Where more come, those counts begin anew: the cap of all answers holds all the same.</summary>
    public const int MaxStrangers = 1024;

    /// <summary>Strangers that are blocked at the same time; beyond it nobody else is.</summary>
    public const int MaxBlocked = 1024;

    private const int WindowSeconds = 10;

    private readonly Dictionary<UInt128, int> _counts = new(keys);
    private readonly Dictionary<UInt128, MonoTime> _blocked = new(keys);
    private MonoTime _windowEnd;

    /// <summary>Strangers that are not heard.</summary>
    public int Blocked => _blocked.Count;

    /// <summary>Counts a query. False where it is not to be answered.</summary>
    public bool Allows(UInt128 stranger, DhtSettings settings, MonoTime now)
    {
        if (_blocked.Count > 0 && _blocked.TryGetValue(stranger, out MonoTime until))
        {
            if (now < until)
                return false;
            _blocked.Remove(stranger);
        }

        if (settings.StrangerRate <= 0)
            return true;
        if (now >= _windowEnd || _counts.Count >= MaxStrangers)
        {
            _counts.Clear();
            _windowEnd = now + TimeSpan.FromSeconds(WindowSeconds);
            ForgetOld(now);
        }

        int count = _counts.GetValueOrDefault(stranger) + 1;
        _counts[stranger] = count;
        if (count <= settings.StrangerRate * WindowSeconds)
            return true;
        if (_blocked.Count < MaxBlocked)
            _blocked[stranger] = now + settings.BlockTime;
        return false;
    }

    private void ForgetOld(MonoTime now)
    {
        if (_blocked.Count < MaxBlocked)
            return;
        foreach ((UInt128 stranger, MonoTime until) in _blocked)
        {
            // Removing while walking is allowed of this type.
            if (now >= until)
                _blocked.Remove(stranger);
        }
    }
}
