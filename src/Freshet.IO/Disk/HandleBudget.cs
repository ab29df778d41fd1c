using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>How many payload files may be open at once (THREATS F4).</summary>
internal static unsafe class HandleBudget
{
    /// <summary>Descriptors left for everything but peers and payload: the runtime (35 to 50 of them), state, logs, listeners, trackers.</summary>
    private const ulong Reserve = 48;

    /// <summary>More open files than this no longer save any time: pieces touch few files at once.</summary>
    private const int Most = 100;

    /// <summary>Fewer, and files would be opened and closed for every block.</summary>
    private const int Least = 4;

    private const int OpenFilesLimit = 7;

    /// <summary>A quarter of what the process may open beyond the reserve; peers have the rest.</summary>
    public static int FromLimit()
    {
        if (!FileCalls.IsSupported)
            return Most;
        ulong* limits = stackalloc ulong[2];
        return FileCalls.GetLimit(OpenFilesLimit, limits) < 0 ? Most : FromLimit(limits[0]);
    }

    /// <summary>The budget under a limit of descriptors.</summary>
    public static int FromLimit(ulong descriptors)
        => descriptors <= Reserve ? Least : (int)Math.Clamp((descriptors - Reserve) / 4, Least, Most);
}
