using System.Runtime.InteropServices;
using SQLitePCL;

namespace Freshet.IO.State;

/// <summary>Finds SQLite: the system's, which is patched with the system; only where there is none the one that comes with the program.</summary>
internal static class SqliteLibrary
{
    /// <summary>What to tell the user where there is none.</summary>
    public const string InstallAdvice =
        "SQLite is not installed, so nothing is remembered between runs and a restart checks all data again. Install it with "
        + "\"apt install libsqlite3-0\" (Debian, Ubuntu), \"dnf install sqlite-libs\" (Fedora), \"apk add sqlite-libs\" (Alpine), "
        + "\"pacman -S sqlite\" (Arch) or \"brew install sqlite\" (macOS).";

    /// <summary>What the binding asks for, and what the packaged library is called.</summary>
    private const string Bundled = "e_sqlite3";

    private static readonly Lazy<bool> Loaded = new(LoadOnce);

    /// <summary>Loads the library, once a process.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    public static void Load() => _ = Loaded.Value;

    private static string[] Names()
    {
        if (OperatingSystem.IsWindows())
            return ["winsqlite3.dll", "sqlite3.dll"];
        return OperatingSystem.IsMacOS()
            ? ["libsqlite3.dylib", "/usr/lib/libsqlite3.dylib", "/opt/homebrew/opt/sqlite/lib/libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
    }

    private static bool LoadOnce()
    {
        nint library = 0;
        foreach (string name in Names())
        {
            if (NativeLibrary.TryLoad(name, out library))
                break;
        }

        if (library == 0 && !NativeLibrary.TryLoad(Bundled, typeof(SQLite3Provider_e_sqlite3).Assembly, null, out library))
            throw new DllNotFoundException(InstallAdvice);
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;

        nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? searchPath)
            => string.Equals(name, Bundled, StringComparison.Ordinal) ? library : 0;
    }
}
