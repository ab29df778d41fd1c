using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>
/// The trackers of a torrent in the order of BEP 12: tier by tier, each shuffled once, whoever answers moved to the front of its tier. Those have a turn that come
/// before the first that is not failing, and that one: the failing ones are tried again by their own back-off.
/// </summary>
internal sealed class TrackerTurns
{
    private readonly List<Tracker> _order = [];

    /// <summary>Shuffles the trackers within their tiers.</summary>
    /// <param name="trackers">Tier by tier.</param>
    /// <param name="random">So that the clients of a torrent do not all ask the same tracker.</param>
    public TrackerTurns(IReadOnlyList<Tracker> trackers, SeededRandom random)
    {
        foreach (IGrouping<int, Tracker> tier in trackers.GroupBy(tracker => tracker.Tier).OrderBy(tier => tier.Key))
        {
            Tracker[] members = [.. tier];
            random.Shuffle(members.AsSpan());
            _order.AddRange(members);
        }
    }

    /// <summary>Whoever has a turn, first the first.</summary>
    public IEnumerable<Tracker> Present
    {
        get
        {
            foreach (Tracker tracker in _order)
            {
                yield return tracker;
                if (!tracker.IsFailing)
                    yield break;
            }
        }
    }

    /// <summary>A tracker has answered: it is the first of its tier from now on.</summary>
    public void Promote(Tracker tracker)
    {
        _order.Remove(tracker);
        _order.Insert(_order.FindIndex(other => other.Tier >= tracker.Tier) is var index and >= 0 ? index : _order.Count, tracker);
    }
}
