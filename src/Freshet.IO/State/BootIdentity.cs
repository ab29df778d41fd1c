namespace Freshet.IO.State;

/// <summary>Tells one boot of the machine from another, so that records from before a power cut are trusted less.</summary>
internal static class BootIdentity
{
    private const string LinuxPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// The kernel's boot id on Linux, elsewhere nothing: every start is then taken for one after a power cut, which costs hashing of what was
    /// not yet synced, never trust in what is wrong.
    /// </summary>
    public static string Read()
    {
        try
        {
            if (OperatingSystem.IsLinux() && Guid.TryParse(File.ReadAllText(LinuxPath), out Guid id))
                return id.ToString();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No /proc: as on other systems.
        }

        return "";
    }
}
