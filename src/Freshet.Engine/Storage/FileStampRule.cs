using Freshet.Abstractions;

namespace Freshet.Engine.Storage;

/// <summary>How far a file can be the one that a record speaks of. Ordered: the larger, the less is believed.</summary>
internal enum FileTrust : byte
{
    /// <summary>It looks as we left it, or as we may have left it in the moments after the record.</summary>
    Plausible,

    /// <summary>Someone wrote to it later: what the record counts is hashed.</summary>
    Touched,

    /// <summary>It is another file, older or shorter: whatever is there is hashed.</summary>
    Replaced,
}

/// <summary>Tells from two stamps whether a file was changed behind our back.</summary>
internal static class FileStampRule
{
    /// <summary>
    /// How long after the last record we may have written to a file before a kill: records follow each other by a second while something is written, and
    /// a slow state store may take some more to commit one. Whoever changes an unfinished file within these seconds is not noticed before its
    /// pieces are served; docs/resume.md says so.
    /// </summary>
    private const long WriteWindowTicks = 5 * TimeSpan.TicksPerSecond;

    /// <summary>
    /// How much earlier than recorded a file's time may be after another boot: fdatasync keeps data, but leaves the time to the journal, which the kernel
    /// writes within 30 s or so.
    /// </summary>
    private const long LostTimeTicks = 60 * TimeSpan.TicksPerSecond;

    /// <summary>Times on FAT, some network shares and old file systems are whole seconds, or two: as far as a rounded time may be from the recorded one.</summary>
    private const long CoarseTicks = 2 * TimeSpan.TicksPerSecond;

    /// <summary>Compares what was recorded with what is there.</summary>
    /// <param name="recorded">The stamp, taken after every piece of its record was written.</param>
    /// <param name="now">The stamp now.</param>
    /// <param name="savedTicks">When the record was kept, in UTC ticks of 100 ns, or 0.</param>
    /// <param name="isComplete">Whether all of the file's pieces are in the record: then we had no reason to write to it again.</param>
    /// <param name="sameBoot">Whether the machine has run on since.</param>
    public static FileTrust Judge(FileStamp recorded, FileStamp now, long savedTicks, bool isComplete, bool sameBoot)
    {
        if (now == recorded)
            return FileTrust.Plausible;
        if (recorded.Length < 0 || now.Length < 0)
            return FileTrust.Replaced;
        if (isComplete ? now.Length != recorded.Length : sameBoot && now.Length < recorded.Length)
            return FileTrust.Replaced;
        long later = now.ModifiedTicks - recorded.ModifiedTicks;
        bool isCoarse = now.ModifiedTicks % TimeSpan.TicksPerSecond == 0;
        if (isCoarse && Math.Abs(later) <= CoarseTicks)
            return FileTrust.Plausible;
        if (later < 0)
            return !sameBoot && later >= -LostTimeTicks ? FileTrust.Plausible : FileTrust.Replaced;
        bool mayBeOurs = !isComplete && now.ModifiedTicks - Math.Max(savedTicks, recorded.ModifiedTicks) <= WriteWindowTicks;
        return later == 0 || mayBeOurs ? FileTrust.Plausible : FileTrust.Touched;
    }
}
