using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>How many payload files may be open at once (THREATS F4).</summary>
internal static class HandleBudget
{
    /// <summary>More open files than this no longer save any time: pieces touch few files at once.</summary>
    private const int Most = 100;

    /// <summary>Fewer, and files would be opened and closed for every block.</summary>
    private const int Least = 4;

    /// <summary>The budget under the limit of this process.</summary>
    public static int FromLimit() => FromLimit(OpenFiles.Limit());

    /// <summary>The budget under a limit of descriptors.</summary>
    public static int FromLimit(long descriptors) => (int)Math.Clamp(OpenFiles.ForPayload(descriptors), Least, Most);
}
