namespace Freshet;

/// <summary>The folders of one user that Freshet keeps its things in, as each system has it. None of them need exist.</summary>
/// <param name="Config">What the user writes: the configuration file.</param>
/// <param name="State">What must outlast a restart: resume data, logs.</param>
/// <param name="Cache">What may be thrown away.</param>
public sealed record UserFolders(string Config, string State, string Cache)
{
    private const string Name = "freshet";

    /// <summary>Those of this process's user on this system.</summary>
    public static UserFolders Current { get; } = Find(
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "xdg",
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetEnvironmentVariable);

    /// <summary>Those of any system, for tests: the XDG base directories, or what Windows and macOS have in their place.</summary>
    internal static UserFolders Find(string system, string home, Func<string, string?> variable)
    {
        switch (system)
        {
            case "windows":
                string roaming = Named(variable, "APPDATA") ?? Path.Combine(home, "AppData", "Roaming");
                string local = Path.Combine(Named(variable, "LOCALAPPDATA") ?? Path.Combine(home, "AppData", "Local"), Name);
                return new UserFolders(Path.Combine(roaming, Name), local, Path.Combine(local, "cache"));
            case "macos":
                string support = Path.Combine(home, "Library", "Application Support", Name);
                return new UserFolders(support, support, Path.Combine(home, "Library", "Caches", Name));
            default:
                // A user without a home, as some services have: what is kept there is gone after a restart of the system.
                string root = home.Length > 0 ? home : Path.Combine(Path.GetTempPath(), Name);
                return new UserFolders(
                    Path.Combine(Named(variable, "XDG_CONFIG_HOME") ?? Path.Combine(root, ".config"), Name),
                    Path.Combine(Named(variable, "XDG_STATE_HOME") ?? Path.Combine(root, ".local", "state"), Name),
                    Path.Combine(Named(variable, "XDG_CACHE_HOME") ?? Path.Combine(root, ".cache"), Name));
        }
    }

    // The XDG base directory specification: a relative path there is to be ignored.
    private static string? Named(Func<string, string?> variable, string name)
        => variable(name) is { Length: > 0 } path && (Path.IsPathRooted(path) || path is [_, ':', '\\', ..]) ? path : null;
}
