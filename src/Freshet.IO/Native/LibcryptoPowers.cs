using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Freshet.Protocol.Encryption;

namespace Freshet.IO.Native;

/// <summary>The powers of message stream encryption by OpenSSL's libcrypto: a third of what our own take. Any thread may call it.</summary>
public sealed unsafe partial class LibcryptoPowers : IPowers
{
    // Held for as long as the process lives; libcrypto only reads it.
    private readonly nint _prime = Number(MsePrime.Bytes);

    private LibcryptoPowers()
    {
    }

    /// <summary>The powers of this machine: libcrypto's, or where it has none our own.</summary>
    public static IPowers Best { get; } =
        CryptoLibrary.Handle is var library and not 0
        && NativeLibrary.TryGetExport(library, nameof(BN_mod_exp), out _) && NativeLibrary.TryGetExport(library, nameof(BN_bn2binpad), out _)
            ? new LibcryptoPowers()
            : MontgomeryPowers.Instance;

    /// <inheritdoc/>
    public void Raise(ReadOnlySpan<byte> number, ReadOnlySpan<byte> exponent, Span<byte> result)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, MsePrime.Length, nameof(result));
        nint context = BN_CTX_new();
        nint power = BN_new();
        nint a = Number(number);
        nint x = Number(exponent);
        try
        {
            fixed (byte* bytes = result)
            {
                if (context == 0 || power == 0 || a == 0 || x == 0 || BN_mod_exp(power, a, x, _prime, context) != 1 || BN_bn2binpad(power, bytes, MsePrime.Length) != MsePrime.Length)
                    throw new CryptographicException("libcrypto does not calculate.");
            }
        }
        finally
        {
            BN_free(x);
            BN_free(a);
            BN_free(power);
            BN_CTX_free(context);
        }
    }

    private static nint Number(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            return BN_bin2bn(first, bytes.Length, 0);
    }

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint BN_CTX_new();

    [LibraryImport(CryptoLibrary.Name)]
    private static partial void BN_CTX_free(nint context);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint BN_new();

    [LibraryImport(CryptoLibrary.Name)]
    private static partial void BN_free(nint number);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint BN_bin2bn(byte* bytes, int length, nint number);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int BN_bn2binpad(nint number, byte* bytes, int length);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int BN_mod_exp(nint power, nint number, nint exponent, nint modulus, nint context);
}
