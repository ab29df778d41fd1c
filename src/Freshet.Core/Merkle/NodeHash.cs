using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Freshet.Core;

/// <summary>
/// The SHA-256 of 64 bytes, a node of a hash tree, at the speed of OpenSSL's libcrypto: by its compression function alone, where the platform's one-shot call, which looks the
/// algorithm up and makes a context each time, takes four times as long. Where libcrypto is not there the platform's call it is.
/// </summary>
internal static unsafe class NodeHash
{
    /// <summary>More than OpenSSL's context has (112 bytes), the state first: eight words in the machine's order.</summary>
    private const int ContextBytes = 128;

    private const int StateWords = 8;

    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, void*, void> Transform = Find();

    /// <summary>FIPS 180-4, section 5.3.3.</summary>
    private static ReadOnlySpan<uint> Start => [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    /// <summary>The block that follows 64 bytes: a one, zeros, the length in bits.</summary>
    private static ReadOnlySpan<byte> Padding =>
    [
        0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0,
    ];

    /// <summary>Hashes two children.</summary>
    public static Sha256Hash Of(in Sha256Hash left, in Sha256Hash right)
    {
        Span<byte> both = stackalloc byte[2 * Sha256Hash.Length];
        left.Bytes.CopyTo(both);
        right.Bytes.CopyTo(both[Sha256Hash.Length..]);
        Span<uint> context = stackalloc uint[ContextBytes / sizeof(uint)];
        Span<uint> state = context[..StateWords];
        if (Transform == null)
        {
            SHA256.HashData(both, MemoryMarshal.AsBytes(state));
            return MemoryMarshal.Read<Sha256Hash>(MemoryMarshal.AsBytes(state));
        }

        // Two calls of some forty nanoseconds, for which the collector can wait.
        Start.CopyTo(state);
        fixed (uint* hash = context)
        fixed (byte* bytes = both, padding = Padding)
        {
            Transform(hash, bytes);
            Transform(hash, padding);
        }

        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(state, state);
        return MemoryMarshal.Read<Sha256Hash>(MemoryMarshal.AsBytes(state));
    }

    // By the names under which the runtime itself looks for the library; it has it loaded wherever something was hashed.
    private static delegate* unmanaged[SuppressGCTransition]<void*, void*, void> Find()
    {
        foreach (string name in OperatingSystem.IsLinux() ? (string[])["libcrypto.so.3", "libcrypto.so.1.1"] : [])
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "SHA256_Transform", out nint transform))
                return (delegate* unmanaged[SuppressGCTransition]<void*, void*, void>)transform;
        }

        return null;
    }
}
