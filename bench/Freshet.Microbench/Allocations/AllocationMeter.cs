using System.Diagnostics;

namespace Freshet.Microbench.Allocations;

/// <summary>
/// How many bytes an operation allocates once it has been run in. Counted on the thread that runs it, so that nothing else in the process shows. The first
/// rounds pay for code, for lists that grow and for stocks that fill; it is over when two rounds in a row are the same.
/// </summary>
internal static class AllocationMeter
{
    // Long enough that what comes once in some hundred operations is in every round; by time only how many operations that is.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(4);
    private const int MostInRound = 4096;
    private const int FewestRounds = 3;
    private const int MostRounds = 40;

    /// <summary>Runs an operation until it is steady.</summary>
    /// <returns>Bytes for one call, rounded up: one byte in a thousand calls is not none.</returns>
    public static long BytesPerCall(Action operation)
    {
        operation();
        long start = Stopwatch.GetTimestamp();
        operation();
        int calls = (int)Math.Clamp(Round / Stopwatch.GetElapsedTime(start), 1, MostInRound);
        long least = long.MaxValue;
        long before = -1;
        for (int round = 0; round < MostRounds; round++)
        {
            long bytes = BytesOf(operation, calls);
            least = Math.Min(least, bytes);
            if (bytes == before && round >= FewestRounds)
                break;
            before = bytes;
        }

        return (least + calls - 1) / calls;
    }

    private static long BytesOf(Action operation, int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
            operation();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
