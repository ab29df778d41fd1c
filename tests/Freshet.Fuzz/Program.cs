using System.Diagnostics;
using System.Globalization;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Freshet.Fuzz;

/// <summary>
/// <c>--list</c> names the targets; <c>--target NAME [--minutes N] [--seed S] [--iteration I]</c> runs one, or a single input of it; anything else runs the tests.
/// </summary>
public static class Program
{
    private const int InputsBetweenLooksAtTheClock = 256;

    /// <summary>The entry point. 0: nothing found; 1: a finding; 2: no such target.</summary>
    public static async Task<int> Main(string[] args)
    {
        if (args.Contains("--list", StringComparer.Ordinal))
        {
            foreach (IFuzzTarget target in FuzzTargets.All)
                Console.WriteLine(target.Name);
            return 0;
        }

        if (Option(args, "--target") is { } name)
            return Fuzz(name, args);
        return args.Any(argument => argument is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    private static int Fuzz(string name, string[] args)
    {
        IFuzzTarget? target = FuzzTargets.Find(name);
        if (target is null)
        {
            Console.Error.WriteLine($"There is no target {name}. Known: {string.Join(' ', FuzzTargets.All.Select(known => known.Name))}");
            return 2;
        }

        ulong seed = ulong.Parse(Option(args, "--seed") ?? "1", CultureInfo.InvariantCulture);
        double minutes = double.Parse(Option(args, "--minutes") ?? "1", CultureInfo.InvariantCulture);
        var runner = new FuzzRunner(target, seed);
        try
        {
            if (Option(args, "--iteration") is { } single)
            {
                runner.RunOne(long.Parse(single, CultureInfo.InvariantCulture));
                Console.WriteLine("Nothing found.");
                return 0;
            }

            long done = RunFor(runner, TimeSpan.FromMinutes(minutes));
            Console.WriteLine($"{target.Name}: {done} inputs from seed {seed}, nothing found.");
            return 0;
        }
        catch (FuzzException finding)
        {
            Console.Error.WriteLine(finding);
            return 1;
        }
    }

    private static long RunFor(FuzzRunner runner, TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        long iteration = 0;
        while (clock.Elapsed < duration)
        {
            for (int i = 0; i < InputsBetweenLooksAtTheClock; i++)
                runner.RunOne(iteration++);
        }

        return iteration;
    }

    private static string? Option(string[] args, string name)
        => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
