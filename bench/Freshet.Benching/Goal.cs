namespace Freshet.Benching;

/// <summary>What a quantity of ours should be: at most or at least a bound, alone, beside another client's, or beside its own of another kind.</summary>
internal sealed record Goal(Quantity Quantity, double Bound)
{
    /// <summary>The client whose goal it is.</summary>
    public string Client { get; init; } = "freshet";

    /// <summary>The kind of case.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The client whose figure times the bound is meant.</summary>
    public string? Against { get; init; }

    /// <summary>The kind whose figure times the bound is meant.</summary>
    public string? AgainstKind { get; init; }

    public bool IsAtLeast { get; init; }

    public bool IsRatio => Against is not null || AgainstKind is not null;
}
