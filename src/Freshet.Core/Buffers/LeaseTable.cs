#if DEBUG
using System.Diagnostics;

namespace Freshet.Core;

/// <summary>
/// Where each block that is out was rented, and each that is in was returned: a lease is a number, so that only this can say who forgot one. Costs a stack
/// trace a block, and is in debug builds alone.
/// </summary>
internal sealed class LeaseTable(int blocks)
{
    private readonly StackTrace?[] _rentedAt = new StackTrace?[blocks];
    private readonly StackTrace?[] _returnedAt = new StackTrace?[blocks];

    public void Rented(int id) => _rentedAt[id] = new StackTrace(2);

    public void Returned(int id)
    {
        _rentedAt[id] = null;
        _returnedAt[id] = new StackTrace(2);
    }

    /// <summary>Where a block that is in was returned last.</summary>
    public string LastReturn(int id) => $"\nIt was returned before at:\n{_returnedAt[id]}";

    /// <summary>The places that hold blocks, and how many each; the greediest first.</summary>
    public string Holders()
        => string.Join('\n', _rentedAt.OfType<StackTrace>().GroupBy(static place => place.ToString(), StringComparer.Ordinal)
            .OrderByDescending(static place => place.Count()).Select(static place => $"{place.Count()} blocks rented at:\n{place.Key}"));
}
#endif
