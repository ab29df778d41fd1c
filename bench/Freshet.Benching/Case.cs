namespace Freshet.Benching;

/// <summary>One of the sizes, loads or variants in which clients do the same.</summary>
/// <param name="Kind">The variant: cases of one kind differ in their amount alone and have a slope together. Empty where a row has one kind.</param>
/// <param name="Amount">How much is done: what a slope is over, mostly GiB that move.</param>
/// <param name="Size">The size as tables show it.</param>
internal sealed record Case(string Kind, double Amount, string Size)
{
    public override string ToString() => string.Join(' ', new[] { Kind, Size }.Where(static part => part.Length > 0));
}
