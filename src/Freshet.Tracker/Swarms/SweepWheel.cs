namespace Freshet.Tracker.Swarms;

/// <summary>
/// When which swarm is to be looked through: a ring of slots, each for some seconds. A swarm is in one slot at a time and comes up once a turn, so that the cost
/// of forgetting peers is a few looks at each in its lifetime, spread evenly, whatever the number of swarms.
/// </summary>
internal sealed class SweepWheel
{
    private const int Slots = 64;

    private readonly List<Swarm>[] _slots = new List<Swarm>[Slots];
    private readonly uint _secondsASlot;
    private uint _done;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="turn">Within which time every swarm comes up once.</param>
    public SweepWheel(TimeSpan turn)
    {
        _secondsASlot = (uint)Math.Max(1, turn.TotalSeconds / Slots);
        for (int slot = 0; slot < Slots; slot++)
            _slots[slot] = [];
    }

    /// <summary>Has a swarm come up one turn from now.</summary>
    public void Add(Swarm swarm, uint seconds) => _slots[(seconds / _secondsASlot) % Slots].Add(swarm);

    /// <summary>Gives the swarms whose time has come; those that are to come up again must be added again.</summary>
    public List<Swarm>? Take(uint seconds)
    {
        uint slot = seconds / _secondsASlot;
        if (_done >= slot)
            return null;

        // The slot after the current one holds what was added almost a turn ago.
        _done = Math.Max(_done + 1, slot >= Slots ? slot - Slots + 1 : 0);
        int index = (int)((_done + 1) % Slots);
        List<Swarm> due = _slots[index];
        if (due.Count == 0)
            return due;
        _slots[index] = [];
        return due;
    }
}
