using System.Text;

namespace Freshet.Core.Tests;

/// <summary>What names a feed (BEP 46), as people and links write it.</summary>
public sealed class FeedLinkTests
{
    private const string Key = "8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e";

    [Theory]
    [InlineData(Key, "")]
    [InlineData(Key + ":n", "6e")]
    [InlineData("magnet:?xs=urn:btpk:" + Key, "")]
    [InlineData("magnet:?xs=urn:btpk:" + Key + "&s=6e", "6e")]
    [InlineData("MAGNET:?dn=x&s=6E&xs=URN%3Abtpk%3A" + Key, "6e")]
    public void A_feed_is_named_by_a_key_and_a_salt(string text, string salt)
    {
        FeedLink link = FeedLink.Parse(text);
        Assert.Equal((Key, salt), (Convert.ToHexStringLower(link.PublicKey.Span), Convert.ToHexStringLower(link.Salt.Span)));
        Assert.Equal($"magnet:?xs=urn:btpk:{Key}{(salt.Length == 0 ? "" : "&s=" + salt)}", link.ToString());
        Assert.Equal(link, FeedLink.Parse(link.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8543")]
    [InlineData(Key + "00")]
    [InlineData("magnet:?s=6e")]
    [InlineData("magnet:?xs=urn:btpk:" + Key + "&s=6")]
    [InlineData("magnet:?xs=urn:btpk:" + Key + "&s=6e&s=6f")]
    [InlineData("magnet:?xt=urn:btih:0123456789012345678901234567890123456789")]
    public void What_names_no_feed_is_refused_with_a_reason(string text)
    {
        Assert.False(FeedLink.TryParse(text, out _));
        Assert.StartsWith("Not the name of a feed: ", Assert.Throws<FormatException>(() => FeedLink.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_a_long_salt_and_a_long_link_are_refused()
    {
        Assert.False(FeedLink.TryParse($"magnet:?xs=urn:btpk:{Key}&xs=urn:btpk:{Key.Replace('8', '9')}", out _));
        Assert.False(FeedLink.TryParse($"{Key}:{new string('a', FeedLink.MaxSalt + 1)}", out _));
        Assert.Equal(FeedLink.MaxSalt, FeedLink.Parse($"{Key}:{new string('a', FeedLink.MaxSalt)}").Salt.Length);
        Assert.False(FeedLink.TryParse($"magnet:?xs=urn:btpk:{Key}&x={new string('a', FeedLink.MaxLength)}", out _));
        Assert.Equal(Encoding.UTF8.GetBytes("ö"), FeedLink.Parse(Key + ":ö").Salt.ToArray());
    }

    [Fact]
    public void A_magnet_link_that_names_a_feed_says_that_it_is_one()
        => Assert.Contains("a feed", Assert.Throws<MagnetException>(() => MagnetLink.Parse("magnet:?xs=urn:btpk:" + Key)).Message, StringComparison.Ordinal);
}
