using Freshet.IO.Native;

namespace Freshet.IO.Network;

/// <summary>
/// How many peer connections may be open, over all pumps: what was asked for, or less where the process may not open so many files (THREATS F4).
/// Thread-safe.
/// </summary>
internal sealed class ConnectionBudget
{
    /// <summary>Where nobody says how many: more connections fill the tables of home routers, and bring no more speed.</summary>
    public const int MostUsual = 1000;

    private int _taken;

    public ConnectionBudget(int? wanted)
        : this(wanted, OpenFiles.Limit())
    {
    }

    public ConnectionBudget(int? wanted, long openFileLimit)
        => Capacity = (int)Math.Clamp(Math.Min(wanted ?? MostUsual, OpenFiles.ForPeers(openFileLimit)), 1, int.MaxValue);

    /// <summary>The most connections at once.</summary>
    public int Capacity { get; }

    /// <summary>The connections that are open.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes the place of one connection; false where there is none.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Capacity)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives the place of a closed connection back.</summary>
    public void Return() => Interlocked.Decrement(ref _taken);
}
