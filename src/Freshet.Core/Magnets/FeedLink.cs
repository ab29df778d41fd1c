using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Freshet.Core;

/// <summary>
/// What names a feed (BEP 46): the public key of whoever publishes, and a salt that tells apart the feeds of one key. What the feed's torrent is at the moment stands in the
/// DHT, signed by that key.
/// </summary>
public sealed record FeedLink
{
    /// <summary>Bytes of a public key (Ed25519).</summary>
    public const int KeyBytes = 32;

    /// <summary>The most bytes of a salt (BEP 44).</summary>
    public const int MaxSalt = 64;

    /// <summary>Characters of a link: a key and a salt in hexadecimal digits and what other clients may add. Nothing that anybody writes is longer.</summary>
    public const int MaxLength = 4096;

    private const string Scheme = "magnet:?";
    private const string KeyPrefix = "urn:btpk:";

    /// <summary>Names the feed of a key and a salt.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="salt">At most 64 bytes, or none.</param>
    public FeedLink(ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> salt = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, KeyBytes, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(salt.Length, MaxSalt, nameof(salt));
        PublicKey = publicKey;
        Salt = salt;
    }

    /// <summary>The public key.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The salt; often empty.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>Reads <c>KEY</c>, <c>KEY:SALT</c> (a key of 64 hexadecimal digits, a salt that is text) or <c>magnet:?xs=urn:btpk:KEY&amp;s=SALT</c> (a salt in hexadecimal digits).</summary>
    /// <exception cref="FormatException">It names no feed; the message says why.</exception>
    public static FeedLink Parse(string text)
        => Read(text, out string? reason) ?? throw new FormatException($"Not the name of a feed: {reason}.");

    /// <summary>Reads what <see cref="Parse"/> reads; false where it names no feed.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FeedLink? link)
    {
        link = Read(text, out _);
        return link is not null;
    }

    /// <inheritdoc/>
    public bool Equals(FeedLink? other) => other is not null && PublicKey.Span.SequenceEqual(other.PublicKey.Span) && Salt.Span.SequenceEqual(other.Salt.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => PublicKey.Span[0] | (PublicKey.Span[1] << 8) | (PublicKey.Span[2] << 16) | (Salt.Length << 24);

    /// <summary>The magnet link, as BEP 46 has it.</summary>
    public override string ToString()
    {
        string link = $"{Scheme}xs={KeyPrefix}{Convert.ToHexStringLower(PublicKey.Span)}";
        return Salt.IsEmpty ? link : $"{link}&s={Convert.ToHexStringLower(Salt.Span)}";
    }

    /// <summary>Whether a magnet link's <c>xs</c> is a feed's key, right or not.</summary>
    internal static bool IsKey(string source) => source.StartsWith(KeyPrefix, StringComparison.OrdinalIgnoreCase);

    private static FeedLink? Read(string text, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            reason = $"it has {text.Length} characters; at most {MaxLength} are read";
            return null;
        }

        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? ReadMagnet(text[Scheme.Length..], out reason) : ReadPlain(text, out reason);
    }

    private static FeedLink? ReadPlain(string text, out string? reason)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        byte[] salt = colon < 0 ? [] : Encoding.UTF8.GetBytes(text[(colon + 1)..]);
        return Of(colon < 0 ? text : text[..colon], salt, out reason);
    }

    private static FeedLink? ReadMagnet(string parameters, out string? reason)
    {
        string? key = null;
        byte[]? salt = null;
        reason = null;
        foreach (string parameter in parameters.Split('&'))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                continue;
            string value = Uri.UnescapeDataString(parameter[(equals + 1)..]);
            switch (parameter[..equals].ToLowerInvariant())
            {
                case "xs" when IsKey(value):
                    if (key is not null && !key.Equals(value[KeyPrefix.Length..], StringComparison.OrdinalIgnoreCase))
                        reason = "it names two keys";
                    key = value[KeyPrefix.Length..];
                    break;
                case "s":
                    byte[]? bytes = TryHex(value);
                    if (bytes is null)
                        reason = "its salt (s) is not in pairs of hexadecimal digits";
                    else if (salt is not null && !salt.AsSpan().SequenceEqual(bytes))
                        reason = "it names two salts";
                    salt = bytes;
                    break;
            }
        }

        if (key is null)
            reason ??= "the link has no key (xs=urn:btpk:)";
        return reason is null ? Of(key!, salt ?? [], out reason) : null;
    }

    private static FeedLink? Of(string key, byte[] salt, out string? reason)
    {
        byte[]? bytes = TryHex(key);
        reason = bytes is not { Length: KeyBytes } ? $"a public key has {2 * KeyBytes} hexadecimal digits"
            : salt.Length > MaxSalt ? $"its salt has {salt.Length} bytes; at most {MaxSalt} are allowed"
            : null;
        return reason is null ? new FeedLink(bytes!, salt) : null;
    }

    private static byte[]? TryHex(string text)
        => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
