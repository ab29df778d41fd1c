using System.Reflection;
using System.Runtime.InteropServices;

namespace Freshet.IO.Native;

/// <summary>OpenSSL's libcrypto, where the machine has it; the runtime's own cryptography uses the same one on Linux.</summary>
internal static class CryptoLibrary
{
    /// <summary>What imports of this assembly call it.</summary>
    public const string Name = "libcrypto";

    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>The library, or 0.</summary>
    public static nint Handle => Loaded.Value;

    /// <summary>By the names under which the runtime itself looks for it.</summary>
    private static string[] Names()
    {
        if (OperatingSystem.IsLinux())
            return ["libcrypto.so.3", "libcrypto.so.1.1"];
        if (OperatingSystem.IsMacOS())
            return ["libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib"];
        return OperatingSystem.IsWindows() ? ["libcrypto-3-x64.dll", "libcrypto-3-arm64.dll"] : [];
    }

    private static nint Load()
    {
        nint library = 0;
        foreach (string name in Names())
        {
            if (NativeLibrary.TryLoad(name, out library))
                break;
        }

        if (library != 0)
            NativeLibrary.SetDllImportResolver(typeof(CryptoLibrary).Assembly, Resolve);
        return library;

        nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => string.Equals(name, Name, StringComparison.Ordinal) ? library : 0;
    }
}
