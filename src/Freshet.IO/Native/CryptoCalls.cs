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

    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, int> Init;
    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, void*, nuint, int> Update;
    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, void*, int> Final;

    static CryptoCalls()
    {
        // Only Linux is held to the size of a context above.
        if (OperatingSystem.IsLinux() && CryptoLibrary.Handle is var library and not 0
            && NativeLibrary.TryGetExport(library, "SHA256_Init", out nint init) && NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)
            && NativeLibrary.TryGetExport(library, "SHA256_Final", out nint final))
        {
            Init = (delegate* unmanaged[SuppressGCTransition]<void*, int>)init;
            Update = (delegate* unmanaged[SuppressGCTransition]<void*, void*, nuint, int>)update;
            Final = (delegate* unmanaged[SuppressGCTransition]<void*, void*, int>)final;
        }
    }

    /// <summary>Whether the library is there.</summary>
    public static bool IsThere => Final != null;

    /// <summary>The SHA-256 of 64 bytes, so few that the collector can wait for it; only where <see cref="IsThere"/>.</summary>
    /// <param name="children">The bytes.</param>
    /// <param name="digest">Takes 32 bytes; may be the first of the others.</param>
    public static void Sha256Node(byte* children, byte* digest)
    {
        byte* context = stackalloc byte[ContextBytes];
        _ = Init(context);
        _ = Update(context, children, 64);
        _ = Final(digest, context);
    }
}
