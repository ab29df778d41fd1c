using Freshet.Core;

namespace Freshet.Fuzz;

/// <summary>Makes inputs, spoils them and hands them to a target. Input <c>i</c> of a seed is the same in every process.</summary>
public sealed class FuzzRunner(IFuzzTarget target, ulong seed)
{
    // Every 8th input stays whole, so that the accepting paths are exercised too.
    private const int WholeOneIn = 8;

    /// <summary>Runs one input.</summary>
    /// <exception cref="FuzzException">A finding.</exception>
    public void RunOne(long iteration)
    {
        byte[] input = MakeInput(iteration);
        long limit = target.AllocationLimit(input.Length);
        long allocated = Run(iteration, input);

        // What is set up once, on first use, does not count: measured again, it is gone.
        if (allocated > limit)
            allocated = Run(iteration, input);
        if (allocated > limit)
            throw new FuzzException(Describe(iteration, input, $"{allocated} bytes allocated, {limit} are allowed"));
    }

    /// <summary>The input of an iteration.</summary>
    public byte[] MakeInput(long iteration)
    {
        var random = new SeededRandom(seed + (unchecked((ulong)iteration) * 0x9E3779B97F4A7C15));
        byte[] input = target.Generate(random);
        if (random.Next(WholeOneIn) == 0)
            return input;
        var mutator = new Mutator(random);
        int rounds = 1 + random.Next(4);
        for (int i = 0; i < rounds; i++)
            input = mutator.Mutate(input, () => target.Generate(random));
        return input;
    }

    private long Run(long iteration, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            throw new FuzzException(Describe(iteration, input, $"{exception.GetType().Name}: {exception.Message}"), exception);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private string Describe(long iteration, byte[] input, string what)
    {
        const int Shown = 4096;
        string hex = Convert.ToHexStringLower(input.AsSpan(0, Math.Min(input.Length, Shown)));
        return $"Target {target.Name}, seed {seed}, iteration {iteration}: {what}\n{input.Length} bytes: {hex}{(input.Length > Shown ? "…" : "")}";
    }
}
