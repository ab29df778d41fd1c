namespace Freshet.IO.Native;

/// <summary>
/// How the files that this process may open are shared out (THREATS F4): beyond a reserve three quarters for peers and a quarter for payload, since a torrent with
/// many files must be able to write what peers send.
/// </summary>
internal static unsafe class OpenFiles
{
    /// <summary>For everything else: the runtime (35 to 50 of them), state, logs, listeners, trackers, name look-ups.</summary>
    private const long Reserve = 48;

    private const int LimitOfOpenFiles = 7;

    /// <summary>The limit of this process (the runtime has raised it to the hard one when it started); where the system has none that could be asked for, more than anybody needs.</summary>
    public static long Limit()
    {
        if (!FileCalls.IsSupported)
            return int.MaxValue;

        // Safety: the kernel writes two 64-bit numbers, soft and hard, into memory of this frame.
        ulong* limits = stackalloc ulong[2];
        return FileCalls.GetLimit(LimitOfOpenFiles, limits) < 0 ? int.MaxValue : (long)Math.Min(limits[0], int.MaxValue);
    }

    /// <summary>The share of peers' connections.</summary>
    public static long ForPeers(long limit) => Shared(limit) - ForPayload(limit);

    /// <summary>The share of payload files.</summary>
    public static long ForPayload(long limit) => Shared(limit) / 4;

    private static long Shared(long limit) => Math.Max(0, limit - Reserve);
}
