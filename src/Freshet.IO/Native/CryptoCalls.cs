using System.Runtime.InteropServices;

namespace Freshet.IO.Native;

/// <summary>
/// The SHA-256 of OpenSSL's libcrypto without the machinery around it: 64 bytes, a node of a hash tree, take it a fraction of what the platform's one-shot call takes, which
/// looks the algorithm up and makes a context each time.
/// </summary>
internal static unsafe class CryptoCalls
{
    /// <summary>More than OpenSSL's context has (112 bytes).</summary>
    private const int ContextBytes = 128;

    private static readonly delegate* unmanaged<void*, int> Init;
    private static readonly delegate* unmanaged<void*, void*, nuint, int> Update;
    private static readonly delegate* unmanaged<void*, void*, int> Final;

    static CryptoCalls()
    {
        // By the names under which the runtime itself looks for it.
        foreach (string name in OperatingSystem.IsLinux() ? (string[])["libcrypto.so.3", "libcrypto.so.1.1"] : [])
        {
            if (NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "SHA256_Init", out nint init) && NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)
                && NativeLibrary.TryGetExport(library, "SHA256_Final", out nint final))
            {
                Init = (delegate* unmanaged<void*, int>)init;
                Update = (delegate* unmanaged<void*, void*, nuint, int>)update;
                Final = (delegate* unmanaged<void*, void*, int>)final;
                return;
            }
        }
    }

    /// <summary>Whether the library is there.</summary>
    public static bool IsThere => Final != null;

    /// <summary>The SHA-256 of some bytes; only where <see cref="IsThere"/>.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="digest">Takes 32 bytes; may be the bytes themselves.</param>
    public static void Sha256(byte* bytes, int length, byte* digest)
    {
        byte* context = stackalloc byte[ContextBytes];
        _ = Init(context);
        _ = Update(context, bytes, (nuint)length);
        _ = Final(digest, context);
    }
}
