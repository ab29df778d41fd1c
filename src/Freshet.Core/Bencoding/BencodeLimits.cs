namespace Freshet.Core;

/// <summary>How much a reader of bencoding puts up with. The bytes themselves are bounded by whoever received them.</summary>
/// <param name="MaxDepth">Lists and dictionaries inside one another, at most <see cref="DeepestSupported"/>.</param>
/// <param name="MaxTokens">Values and keys in all.</param>
public readonly record struct BencodeLimits(int MaxDepth, int MaxTokens)
{
    /// <summary>The deepest nesting that any limit may allow: a reader keeps one bit a level, in 128 bits.</summary>
    public const int DeepestSupported = 128;

    /// <summary>For .torrent files: depth 100 and 3 million values, as the field has it (the largest honest files have some 100,000).</summary>
    public static BencodeLimits Metainfo => new(100, 3_000_000);

    /// <summary>For trackers' answers and messages of peers, which are flat: depth 10, 100,000 values.</summary>
    public static BencodeLimits Wire => new(10, 100_000);
}
