using System.Security.Cryptography;
using Freshet.Abstractions;

namespace Freshet;

/// <summary>
/// A private key of Ed25519, by which items of the DHT are signed: whoever has it can put others in their place. In a file it is the 32 bytes of its seed as 64 hexadecimal
/// digits, and only its owner may read that file.
/// </summary>
public sealed class SigningKey
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(OwnersOnly | UnixFileMode.UserExecute);

    // Digits, and blanks and ends of lines around them.
    private const int LongestFile = 4 * IEd25519.SeedBytes;

    private readonly byte[] _seed;

    /// <summary>Takes a seed.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <exception cref="FreshetException">This machine can make no signatures (<see cref="DhtClient.HasSignatures"/>).</exception>
    public SigningKey(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, IEd25519.SeedBytes, nameof(seed));
        _seed = seed.ToArray();
        PublicKey = DhtClient.PublicKeyOf(seed);
    }

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The seed, 32 bytes: a secret.</summary>
    public ReadOnlyMemory<byte> Seed => _seed;

    /// <summary>Makes a new key.</summary>
    public static SigningKey Create() => new(RandomNumberGenerator.GetBytes(IEd25519.SeedBytes));

    /// <summary>Reads a key's file; where there is none makes one with a new key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FreshetException">
    /// It cannot be read or made, or holds something else (<see cref="FreshetError.SourceUnreadable"/>); others than its owner may use it (<see cref="FreshetError.Denied"/>).
    /// </exception>
    public static async Task<SigningKey> LoadOrCreateAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (!File.Exists(path))
                return await CreateAsync(path, cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            {
                throw new FreshetException(
                    FreshetError.Denied, $"Others than its owner may read or write the key {path}, so it is not used. If nobody has copied it: chmod 600 {path}")
                {
                    Code = TroubleCodes.KeyExposed,
                };
            }

            string text = new FileInfo(path).Length > LongestFile ? "" : (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
            return text.Length == 2 * IEd25519.SeedBytes && text.All(char.IsAsciiHexDigit)
                ? new SigningKey(Convert.FromHexString(text))
                : throw new FreshetException(FreshetError.SourceUnreadable, $"{path} is no private key: it must hold {2 * IEd25519.SeedBytes} hexadecimal digits.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FreshetException(FreshetError.SourceUnreadable, $"The key {path} cannot be read or made: {error.Message}", error);
        }
    }

    private static async Task<SigningKey> CreateAsync(string path, CancellationToken cancellationToken)
    {
        SigningKey key = Create();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnersOnly;
        var writer = new StreamWriter(path, options);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteLineAsync(Convert.ToHexStringLower(key._seed).AsMemory(), cancellationToken).ConfigureAwait(false);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        }

        return key;
    }
}
