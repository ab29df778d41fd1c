using Freshet.Core;

namespace Freshet.Fuzz;

/// <summary>
/// A parser under attack. A class in <c>Targets/</c> with a constructor without parameters is found by itself: the tests give it
/// <see cref="Iterations"/> inputs, <c>dotnet run --project tests/Freshet.Fuzz -- --target NAME --minutes N --seed S</c> as many as fit.
/// </summary>
public interface IFuzzTarget
{
    /// <summary>The name on the command line, such as <c>bencode</c>.</summary>
    string Name { get; }

    /// <summary>The inputs that a test run tries; choose them so that it takes some 2 seconds.</summary>
    int Iterations => 20_000;

    /// <summary>The bytes that <see cref="Run"/> may allocate for an input of this length: what keeps a small message from costing much memory.</summary>
    long AllocationLimit(int inputLength);

    /// <summary>Makes a well-formed input, a different one each time; the mutator spoils it afterwards.</summary>
    byte[] Generate(SeededRandom random);

    /// <summary>
    /// Parses. Errors that the parser declares are caught in here; any exception that comes out is a finding. Check what must always hold (round trips,
    /// bounds) with <see cref="FuzzException.Require"/>.
    /// </summary>
    void Run(ReadOnlySpan<byte> input);
}
