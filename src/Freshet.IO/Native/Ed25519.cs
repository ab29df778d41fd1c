using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Freshet.Abstractions;

namespace Freshet.IO.Native;

/// <summary>Ed25519 of OpenSSL's libcrypto, since .NET has none. Any thread may call it.</summary>
public sealed unsafe partial class Ed25519 : IEd25519
{
    /// <summary>OpenSSL's number of the algorithm, NID_ED25519.</summary>
    private const int KeyType = 1087;

    private Ed25519()
    {
    }

    /// <summary>The signatures of this machine, or null where it has no libcrypto that knows them (older than 1.1.1).</summary>
    public static Ed25519? Available { get; } =
        CryptoLibrary.Handle is var library and not 0
        && NativeLibrary.TryGetExport(library, nameof(EVP_PKEY_new_raw_public_key), out _) && NativeLibrary.TryGetExport(library, nameof(EVP_DigestVerify), out _)
            ? new Ed25519()
            : null;

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != IEd25519.PublicKeyBytes || signature.Length != IEd25519.SignatureBytes)
            return false;
        nint key = 0;
        nint context = 0;
        try
        {
            fixed (byte* bytes = publicKey, text = message, signed = signature)
            {
                key = EVP_PKEY_new_raw_public_key(KeyType, 0, bytes, (nuint)publicKey.Length);
                if (key == 0)
                    return false;
                context = EVP_MD_CTX_new();
                return context != 0
                    && EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
                    && EVP_DigestVerify(context, signed, (nuint)signature.Length, text, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);

            // A refused signature leaves its reason in the thread's queue, where the runtime's own cryptography would find it.
            ERR_clear_error();
        }
    }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signature.Length, IEd25519.SignatureBytes, nameof(signature));
        nint key = PrivateKey(seed);
        nint context = 0;
        try
        {
            context = EVP_MD_CTX_new();
            nuint length = IEd25519.SignatureBytes;
            fixed (byte* text = message, signed = signature)
            {
                if (context == 0 || EVP_DigestSignInit(context, 0, 0, 0, key) != 1
                    || EVP_DigestSign(context, signed, ref length, text, (nuint)message.Length) != 1 || length != IEd25519.SignatureBytes)
                {
                    throw new CryptographicException("libcrypto does not sign.");
                }
            }
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
            ERR_clear_error();
        }
    }

    /// <inheritdoc/>
    public void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(publicKey.Length, IEd25519.PublicKeyBytes, nameof(publicKey));
        nint key = PrivateKey(seed);
        try
        {
            nuint length = IEd25519.PublicKeyBytes;
            fixed (byte* bytes = publicKey)
            {
                if (EVP_PKEY_get_raw_public_key(key, bytes, ref length) != 1 || length != IEd25519.PublicKeyBytes)
                    throw new CryptographicException("libcrypto does not derive the public key.");
            }
        }
        finally
        {
            EVP_PKEY_free(key);
            ERR_clear_error();
        }
    }

    private static nint PrivateKey(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, IEd25519.SeedBytes, nameof(seed));
        fixed (byte* bytes = seed)
        {
            nint key = EVP_PKEY_new_raw_private_key(KeyType, 0, bytes, (nuint)seed.Length);
            return key != 0 ? key : throw new CryptographicException("libcrypto does not take the private key.");
        }
    }

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int EVP_PKEY_get_raw_public_key(nint key, byte* bytes, ref nuint length);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial nint EVP_MD_CTX_new();

    [LibraryImport(CryptoLibrary.Name)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial int EVP_DigestSign(nint context, byte* signature, ref nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(CryptoLibrary.Name)]
    private static partial void ERR_clear_error();
}
