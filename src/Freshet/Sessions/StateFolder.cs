namespace Freshet.Sessions;

/// <summary>Where a session remembers what it has, unless told otherwise.</summary>
internal static class StateFolder
{
    private const string Name = "freshet";

    /// <summary>The folder that this system keeps such things in.</summary>
    public static string Default()
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
            return Path.Combine(home, "Library", "Application Support", Name);

        // The XDG base directory specification: a relative path there is to be ignored.
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (!string.IsNullOrEmpty(state) && Path.IsPathRooted(state))
            return Path.Combine(state, Name);
        return home.Length > 0 ? Path.Combine(home, ".local", "state", Name) : Path.Combine(Path.GetTempPath(), Name);
    }
}
