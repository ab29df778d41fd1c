namespace Freshet.Core;

/// <summary>
/// What a swarm is called on the wire, at trackers and in the DHT: 20 bytes. For v1 the SHA-1 of the info dictionary, for v2 the first
/// 20 bytes of its SHA-256 (BEP 52).
/// </summary>
public readonly record struct InfoHash(Sha1Hash Value)
{
    private const int HexLength = 2 * Sha1Hash.Length;
    private const int Base32Length = Sha1Hash.Length * 8 / 5;

    /// <summary>Reads 40 hexadecimal digits or, as older magnets have it, 32 of base32 (RFC 4648); case does not matter.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out InfoHash hash)
    {
        Sha1Hash value = default;
        bool ok = text.Length == HexLength ? Sha1Hash.TryParse(text, out value) : text.Length == Base32Length && TryParseBase32(text, out value);
        hash = new InfoHash(value);
        return ok;
    }

    private static bool TryParseBase32(ReadOnlySpan<char> text, out Sha1Hash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Sha1Hash.Length];
        uint bits = 0;
        int bitCount = 0;
        int written = 0;
        foreach (char c in text)
        {
            int digit = char.IsAsciiLetter(c) ? (c | 0x20) - 'a' : c is >= '2' and <= '7' ? c - '2' + 26 : -1;
            if (digit < 0)
                return false;
            bits = (bits << 5) | (uint)digit;
            bitCount += 5;
            if (bitCount >= 8)
            {
                bitCount -= 8;
                bytes[written++] = (byte)(bits >> bitCount);
            }
        }

        hash = new Sha1Hash(bytes);
        return true;
    }

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}

/// <summary>The info-hashes of one torrent: v1, v2, or both for a hybrid (BEP 52). At least one is there.</summary>
public readonly record struct InfoHashes(Sha1Hash? V1, Sha256Hash? V2)
{
    /// <summary>Whether the torrent has both a v1 and a v2 side.</summary>
    public bool IsHybrid => V1 is not null && V2 is not null;

    /// <summary>The hash that v1 clients know the swarm by, else the truncated v2 one.</summary>
    public InfoHash Primary => V1 is { } v1 ? new InfoHash(v1) : new InfoHash(V2!.Value.Truncate());

    /// <summary>The v2 hash as the wire has it, cut to 20 bytes; null where there is no v2 side.</summary>
    public InfoHash? V2Swarm => V2 is { } v2 ? new InfoHash(v2.Truncate()) : null;

    /// <summary>The v2 swarm that a connection of the v1 swarm may be taken over to: of hybrids alone (BEP 52, "upgrade path").</summary>
    public InfoHash? Upgrade => IsHybrid ? V2Swarm : null;

    /// <summary>Every swarm that this torrent belongs to: one, or two for a hybrid.</summary>
    public IEnumerable<InfoHash> Swarms
    {
        get
        {
            if (V1 is { } v1)
                yield return new InfoHash(v1);
            if (V2 is { } v2)
                yield return new InfoHash(v2.Truncate());
        }
    }

    /// <summary>The v1 hash in hexadecimal, else the v2 one.</summary>
    public override string ToString() => V1?.ToString() ?? V2?.ToString() ?? "none";
}

/// <summary>A torrent in a session: a small number, given once and never again in the same session.</summary>
public readonly record struct TorrentId(int Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"#{Value}";
}

/// <summary>How a client names itself in a handshake and to trackers: 20 bytes (BEP 3, BEP 20). Freshet's begin with <c>-FH</c>.</summary>
public readonly record struct PeerId(Sha1Hash Value)
{
    /// <summary>The bytes that start every peer id of this version: <c>-FH</c>, four digits of the version, <c>-</c>.</summary>
    public const string Prefix = "-FH0100-";

    /// <summary>Freshet's prefix and 12 bytes drawn by the caller, mapped to letters and digits so that every log can show them.</summary>
    public static PeerId Create(SeededRandom random)
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        Span<byte> bytes = stackalloc byte[Sha1Hash.Length];
        System.Text.Encoding.ASCII.GetBytes(Prefix, bytes);
        for (int i = Prefix.Length; i < bytes.Length; i++)
            bytes[i] = (byte)Alphabet[random.Next(Alphabet.Length)];
        return new PeerId(new Sha1Hash(bytes));
    }

    /// <summary>The printable characters as they stand, any other byte as <c>%XX</c>.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder(Sha1Hash.Length);
        foreach (byte b in Value.Bytes)
        {
            if (b is >= 0x21 and <= 0x7E and not (byte)'%')
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }
}
