namespace Freshet.Benching;

/// <summary>Something that clients are made to do, and how it is measured.</summary>
internal abstract class Row
{
    /// <summary>One word, on the command line and in the page's name.</summary>
    public abstract string Name { get; }

    /// <summary>What is done: the page's heading.</summary>
    public abstract string Title { get; }

    /// <summary>The clients that take part where none are named.</summary>
    public abstract IReadOnlyList<string> Clients { get; }

    /// <summary>The clients on the other side, whoever takes part.</summary>
    public virtual IReadOnlyList<string> Counterparts => [];

    /// <summary>What each run yields, in the order of the columns.</summary>
    public abstract IReadOnlyList<Quantity> Quantities { get; }

    /// <summary>Options of its own, beside those that every row has.</summary>
    public virtual IReadOnlyList<Option> OwnOptions => [];

    /// <summary>What Freshet should reach.</summary>
    public virtual IReadOnlyList<Goal> Goals => [];

    /// <summary>How often each client does each case where nothing is said.</summary>
    public virtual int Runs => 3;

    /// <summary>Whether all cases are made ready at once and run in turns; else each by itself, where all at once would be too large.</summary>
    public virtual bool AreCasesTogether => true;

    /// <summary>How it is measured: sentences of the page.</summary>
    public abstract string Method(Options options);

    /// <summary>The cases, in their order.</summary>
    public abstract IReadOnlyList<Case> Cases(Options options);

    /// <summary>Whether a client can do it.</summary>
    public abstract bool CanBeDoneBy(IClient client);

    /// <summary>Brings about what all clients meet in a case: content, seeders, a tracker.</summary>
    public abstract IStage Set(Case @case, Options options, Workplace workplace);
}

/// <summary>A case made ready. Disposed when all runs of it are done.</summary>
internal interface IStage : IDisposable
{
    /// <summary>One run of a client. Whatever it made is gone afterwards.</summary>
    /// <exception cref="InvalidOperationException">It failed, or did not do what it should.</exception>
    Figures Run(IClient client);
}
