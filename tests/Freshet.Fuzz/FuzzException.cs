namespace Freshet.Fuzz;

/// <summary>A finding: what went wrong, with all that is needed to see it again.</summary>
public sealed class FuzzException : Exception
{
    /// <summary>Makes a finding.</summary>
    public FuzzException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>States what must hold for every input.</summary>
    public static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new FuzzException($"Broken rule: {rule}");
    }
}
