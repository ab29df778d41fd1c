using Freshet.Core;
using Freshet.Engine.Dht.Asking;
using Freshet.Engine.Dht.Routing;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Lookups;

/// <summary>A part of an operation that one node of ours carries out.</summary>
internal interface IDhtTask
{
    /// <summary>Stops; nothing more is told.</summary>
    void Cancel(MonoTime now);
}

/// <summary>
/// Kademlia's look-up: asks the nodes nearest to a target for nearer ones, alpha at a time, until the k nearest have answered. Who is late does not hold it up, and may
/// still answer. At the end the nearest may be told to store something. What is asked and what the answers mean is the business of those who derive from it.
/// </summary>
internal abstract class Lookup(LookupHost host, DhtOperation operation) : IAsker, IDhtTask
{
    /// <summary>Nodes that one look-up asks at most: in a network of ten millions it takes some forty, the rest is for nodes that do not exist (THREATS U2).</summary>
    private const int MaxAsked = 256;

    /// <summary>Nodes of one answer that are believed in: k. Who makes nodes up fills no look-up with them.</summary>
    private const int MaxNodesOfAnswer = KademliaBucket<KnownNode>.Capacity;

    /// <summary>Nodes that are asked although their ids do not fit their addresses: they may know peers.</summary>
    private const int MaxUnfit = 12;

    private readonly CandidateList _candidates = new(operation.Target);
    private readonly Queue<Candidate> _withoutIds = new();
    private int _waiting;
    private int _late;
    private int _asked;
    private int _unfit;
    private int _storing;
    private Phase _phase;

    private enum Phase : byte
    {
        Queued,
        Searching,
        Storing,
        Over,
    }

    public NodeId Target => operation.Target;

    public DhtOperation Operation => operation;

    protected LookupHost Host => host;

    protected bool IsOver => _phase == Phase.Over;

    /// <summary>Starts with the nodes of the table nearest to the target, and others if those are few.</summary>
    public void Begin(MonoTime now)
    {
        if (_phase != Phase.Queued)
            return;
        _phase = Phase.Searching;
        Span<KnownNode?> nearest = new KnownNode?[2 * KademliaBucket<KnownNode>.Capacity];
        int count = host.Table.Closest(Target, nearest);
        foreach (KnownNode? node in nearest[..count])
            _candidates.Add(new Candidate(node!.Contact, 1, counts: true));
        foreach (NodeContact saved in host.Saved(count))
            _candidates.Add(new Candidate(saved, 1, host.Table.Fits(saved)));
        foreach (NodeEndpoint router in host.Routers(count))
            _withoutIds.Enqueue(new Candidate(new NodeContact(default, router), 0, counts: false));
        Continue(now);
    }

    /// <inheritdoc/>
    public void Cancel(MonoTime now)
    {
        if (_phase == Phase.Over)
            return;
        _phase = Phase.Over;
        host.Ended(this, now);
    }

    /// <inheritdoc/>
    public void Answered(PendingQuery query, in KrpcMessage answer, MonoTime now)
    {
        var candidate = (Candidate)query.Subject!;
        if (_phase == Phase.Over || IsOfStoring(query, stored: true, now))
            return;
        Leave(candidate);
        if (answer.Id is not { } id || (candidate.Hop > 0 && candidate.Contact.Id != id) || id == host.Table.Own)
        {
            candidate.State = CandidateState.Failed;
            Continue(now);
            return;
        }

        candidate.State = CandidateState.Answered;
        operation.Answered++;
        if (candidate.Hop == 0)
        {
            candidate.Contact = candidate.Contact with { Id = id };
            candidate.Counts = host.Table.Fits(candidate.Contact);
            _candidates.Add(candidate);
        }

        if (answer.Token.Length is > 0 and <= DhtLimits.MaxToken && candidate.Counts)
            candidate.Token = answer.Token.ToArray();
        int taken = 0;
        foreach (NodeContact node in host.Core.NodesOf(answer))
        {
            if (++taken > MaxNodesOfAnswer)
                break;
            if (node.Id != host.Table.Own && query.Endpoint.MayTellOf(node.Endpoint))
                _candidates.Add(new Candidate(node, candidate.Hop + 1, host.Table.Fits(node)));
        }

        Take(candidate, answer, now);
        Continue(now);
    }

    /// <inheritdoc/>
    public void Refused(PendingQuery query, in KrpcMessage error, MonoTime now)
    {
        if (_phase == Phase.Over)
            return;
        if (query.Method is KrpcMethod.AnnouncePeer or KrpcMethod.Put)
            operation.LastError = error.ErrorCode;
        if (!IsOfStoring(query, stored: false, now))
            Fail((Candidate)query.Subject!, now);
    }

    /// <inheritdoc/>
    public void IsLate(PendingQuery query, MonoTime now)
    {
        if (_phase == Phase.Over)
            return;
        var candidate = (Candidate)query.Subject!;
        if (_phase == Phase.Storing)
        {
            // A lost announcement is found by nobody: once more.
            if (!candidate.IsStoredAgain && query.Method is KrpcMethod.AnnouncePeer or KrpcMethod.Put)
            {
                candidate.IsStoredAgain = true;
                _storing += Store(candidate, now) ? 1 : 0;
            }

            return;
        }

        if (candidate.State != CandidateState.Asked)
            return;
        candidate.State = CandidateState.Late;
        _waiting--;
        _late++;
        Continue(now);
    }

    /// <inheritdoc/>
    public void GaveUp(PendingQuery query, MonoTime now)
    {
        if (_phase == Phase.Over)
            return;
        operation.Failed++;
        if (query.Method is KrpcMethod.AnnouncePeer or KrpcMethod.Put)
        {
            _storing--;
            EndIfStored(now);
            return;
        }

        Fail((Candidate)query.Subject!, now);
    }

    /// <summary>Asks a node. False where it could not be sent.</summary>
    protected abstract bool Ask(Candidate candidate, MonoTime now);

    /// <summary>Takes what an answer has beside nodes.</summary>
    protected virtual void Take(Candidate candidate, in KrpcMessage answer, MonoTime now)
    {
        // Who looks for nodes alone wants nothing else.
    }

    /// <summary>Whether the nearest nodes are to store something.</summary>
    protected virtual bool Stores => false;

    /// <summary>Tells a node to store. False where it could not be sent.</summary>
    protected virtual bool Store(Candidate candidate, MonoTime now) => false;

    /// <summary>Called once before the operation ends by itself.</summary>
    protected virtual void Conclude()
    {
        // Most have told all by then.
    }

    /// <summary>What is looked for is found: the search ends here.</summary>
    protected void EndSearch(MonoTime now)
    {
        if (_phase != Phase.Searching)
            return;
        List<Candidate> closest = _candidates.Closest();
        foreach (Candidate candidate in closest)
            operation.Reached(candidate.Contact, candidate.Hop);
        _phase = Phase.Storing;
        if (Stores)
        {
            foreach (Candidate candidate in closest)
            {
                if (candidate.Token.Length > 0 && Store(candidate, now))
                    _storing++;
            }
        }

        EndIfStored(now);
    }

    private void Continue(MonoTime now)
    {
        if (_phase != Phase.Searching)
            return;
        while (_waiting < host.Core.Settings.Alpha && _asked < MaxAsked && Next() is { } candidate)
        {
            candidate.State = CandidateState.Asked;
            if (!Ask(candidate, now))
            {
                candidate.State = CandidateState.Failed;
                continue;
            }

            _waiting++;
            _asked++;
            operation.Asked++;
        }

        // Where fewer than k answer, those that are late are waited for.
        if (_waiting == 0 && (_candidates.IsSettled() || _late == 0))
            EndSearch(now);
        else if (_candidates.IsSettled())
            EndSearch(now);
    }

    private Candidate? Next()
    {
        if (_withoutIds.TryDequeue(out Candidate? router))
            return router;
        int unfit = MaxUnfit - _unfit;
        Candidate? next = _candidates.NextToAsk(ref unfit);
        if (next is { Counts: false })
            _unfit++;
        return next;
    }

    private void Leave(Candidate candidate)
    {
        if (candidate.State == CandidateState.Asked)
            _waiting--;
        else if (candidate.State == CandidateState.Late)
            _late--;
    }

    private void Fail(Candidate candidate, MonoTime now)
    {
        Leave(candidate);
        candidate.State = CandidateState.Failed;
        Continue(now);
    }

    private bool IsOfStoring(PendingQuery query, bool stored, MonoTime now)
    {
        if (query.Method is not (KrpcMethod.AnnouncePeer or KrpcMethod.Put))
            return false;
        _storing--;
        var candidate = (Candidate)query.Subject!;
        if (!candidate.HasReplied)
        {
            operation.Stored += stored ? 1 : 0;
            operation.Refused += stored ? 0 : 1;
        }

        candidate.HasReplied = true;
        EndIfStored(now);
        return true;
    }

    private void EndIfStored(MonoTime now)
    {
        if (_phase != Phase.Storing || _storing > 0)
            return;
        Conclude();
        _phase = Phase.Over;
        host.Ended(this, now);
        operation.TaskEnded(now);
    }
}
