namespace Freshet.Fuzz;

/// <summary>A short run of every target from a fixed seed; a longer one is a command away (<see cref="Program"/>).</summary>
public sealed class FuzzTests
{
    /// <summary>The names of all targets.</summary>
    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_breaks_a_parser(string name)
    {
        const ulong Seed = 1;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}");
        IFuzzTarget target = FuzzTargets.Find(name)!;
        var runner = new FuzzRunner(target, Seed);
        for (int i = 0; i < target.Iterations; i++)
            runner.RunOne(i);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_makes_the_same_inputs(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        for (int i = 0; i < 50; i++)
            Assert.Equal(new FuzzRunner(target, 7).MakeInput(i), new FuzzRunner(target, 7).MakeInput(i));
    }

    [Fact]
    public void A_finding_is_reported_with_its_seed_and_input()
    {
        var thrown = Assert.Throws<FuzzException>(() => new FuzzRunner(new BrokenParser(fails: true), 3).RunOne(5));
        Assert.Contains("seed 3, iteration 5", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_greedy_parser_is_a_finding()
    {
        var thrown = Assert.Throws<FuzzException>(() => new FuzzRunner(new BrokenParser(fails: false), 3).RunOne(5));
        Assert.Contains("bytes allocated", thrown.Message, StringComparison.Ordinal);
    }

    private sealed class BrokenParser(bool fails) : IFuzzTarget
    {
        public string Name => "broken";

        public long AllocationLimit(int inputLength) => 10_000;

        public byte[] Generate(Core.SeededRandom random) => [1, 2, 3, 4];

        public void Run(ReadOnlySpan<byte> input)
        {
            if (fails)
                throw new InvalidOperationException("out of bounds");
            _ = new byte[100_000];
        }
    }
}
