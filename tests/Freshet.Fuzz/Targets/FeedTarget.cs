using System.Text;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Fuzz.Targets;

/// <summary>Names of feeds and values of their items: what is read is within its limits, and written and read again as the same.</summary>
public sealed class FeedTarget : IFuzzTarget
{
    private const string Key = "8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e";

    private static readonly string[] Parts =
    [
        Key, ":salt", "magnet:?", "xs=urn:btpk:", Key, "&s=6e", "&s=", "&xs=urn%3Abtpk%3A", "&dn=%zz", "%", "&", "d2:ih20:abcdefghijklmnopqrst", "1:xi1e", "2:ih", "20:abcdefghijklmnopqrst", "e",
    ];

    /// <inheritdoc/>
    public string Name => "feed";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (100L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var text = new StringBuilder();
        for (int i = 1 + random.Next(6); i > 0; i--)
            text.Append(Parts[random.Next(Parts.Length)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (FeedItem.TryRead(input, out InfoHash torrent))
            FuzzException.Require(FeedItem.TryRead(FeedItem.Write(torrent), out InfoHash again) && again == torrent, "a value is read as it was written");
        if (!FeedLink.TryParse(Encoding.UTF8.GetString(input), out FeedLink? link))
            return;
        FuzzException.Require(link.PublicKey.Length == FeedLink.KeyBytes && link.Salt.Length <= FeedLink.MaxSalt, "key and salt have their lengths");
        FuzzException.Require(FeedLink.Parse(link.ToString()).Equals(link), "what is written is read as the same");
    }
}
