using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>
/// The nodes that a look-up knows of, nearest to its target first. One of a network counts, the first that was heard of: whoever holds a network can fill no
/// look-up with it (THREATS U2). On this machine and in local networks all count.
/// </summary>
internal sealed class CandidateList(NodeId target)
{
    /// <summary>More than any look-up comes to, even if a dozen nodes tell of none that exist; the farthest go.</summary>
    public const int MaxCandidates = 256;

    private readonly List<Candidate> _list = [];

    public IReadOnlyList<Candidate> All => _list;

    /// <summary>Adds a node unless it, or one of its network, is there.</summary>
    public void Add(Candidate candidate)
    {
        for (int i = 0; i < _list.Count; i++)
        {
            Candidate other = _list[i];
            if (other.Contact.Endpoint == candidate.Contact.Endpoint
                || (other.Subnet == candidate.Subnet && other.State != CandidateState.Failed))
            {
                return;
            }
        }

        Insert(candidate);
    }

    /// <summary>The next node to be asked: the nearest fresh one before the k nearest that count and may still answer, or null.</summary>
    /// <param name="unfit">How many more nodes may be asked whose ids do not fit.</param>
    public Candidate? NextToAsk(ref int unfit)
    {
        int counted = 0;
        for (int i = 0; i < _list.Count && counted < KademliaBucket<KnownNode>.Capacity; i++)
        {
            Candidate candidate = _list[i];
            if (candidate.State == CandidateState.Fresh && (candidate.Counts || unfit-- > 0))
                return candidate;
            if (candidate.Counts && candidate.State is CandidateState.Asked or CandidateState.Answered)
                counted++;
        }

        return null;
    }

    /// <summary>Whether the k nearest that count have answered, those aside that are late or have failed.</summary>
    public bool IsSettled()
    {
        int answered = 0;
        for (int i = 0; i < _list.Count; i++)
        {
            Candidate candidate = _list[i];
            if (!candidate.Counts)
                continue;
            if (candidate.State is CandidateState.Fresh or CandidateState.Asked)
                return false;
            if (candidate.State == CandidateState.Answered && ++answered == KademliaBucket<KnownNode>.Capacity)
                return true;
        }

        return false;
    }

    /// <summary>The k nearest that have answered and count.</summary>
    public List<Candidate> Closest()
    {
        var closest = new List<Candidate>(KademliaBucket<KnownNode>.Capacity);
        foreach (Candidate candidate in _list)
        {
            if (candidate.Counts && candidate.State == CandidateState.Answered && closest.Count < KademliaBucket<KnownNode>.Capacity)
                closest.Add(candidate);
        }

        return closest;
    }

    private void Insert(Candidate candidate)
    {
        int place = _list.Count;
        while (place > 0 && target.CompareDistance(candidate.Contact.Id, _list[place - 1].Contact.Id) < 0)
            place--;
        if (place >= MaxCandidates)
            return;
        if (_list.Count == MaxCandidates)
            _list.RemoveAt(MaxCandidates - 1);
        _list.Insert(place, candidate);
    }
}
