using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Bounds messages that make us work and bring nothing: choke and unchoke, interest to and fro, haves that are known, rejects, suggestions
/// (THREATS W12). A mutable struct: keep it in a field.
/// </summary>
internal struct FlapBudget
{
    /// <summary>Such messages in one burst. A choke of an honest peer may bring this many changes at once, never more.</summary>
    public const int Burst = 128;

    /// <summary>Such messages a second in the long run: honest peers choke every ten seconds.</summary>
    public const int PerSecond = 4;

    private double _spent;
    private MonoTime _last;

    /// <summary>Counts one message; false where there were too many.</summary>
    public bool TrySpend(MonoTime now)
    {
        _spent = Math.Max(0, _spent - ((now - _last).TotalSeconds * PerSecond));
        _last = now;
        return ++_spent <= Burst;
    }
}
