using System.Text;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>Items of BEP 46: where a feed's is kept and what it says.</summary>
public sealed class FeedItemTests
{
    [Fact]
    public void The_corpus_agrees_on_where_an_item_is_kept()
    {
        foreach (JsonElement row in Corpus.Read("vectors/bep46_target.json").GetProperty("cases").EnumerateArray())
        {
            string key = row.GetProperty("public_key").GetString()!;
            string salt = row.TryGetProperty("salt_hex", out JsonElement hex) ? "&s=" + hex.GetString() : "";
            FeedLink link = FeedLink.Parse($"magnet:?xs=urn:btpk:{key}{salt}");
            Assert.Equal(row.GetProperty("target").GetString(), DhtItem.TargetOf(link.PublicKey.Span, link.Salt.Span).ToString());
        }
    }

    [Fact]
    public void A_value_names_a_torrent()
    {
        byte[] value = FeedItem.Write(InfoHash.TryParse("6162636465666768696a6b6c6d6e6f7071727374", out InfoHash hash) ? hash : default);
        Assert.Equal("d2:ih20:abcdefghijklmnopqrste", Encoding.ASCII.GetString(value));
        Assert.True(FeedItem.TryRead(value, out InfoHash read));
        Assert.Equal(hash, read);
    }

    [Theory]
    [InlineData("d1:ai1e2:ih20:abcdefghijklmnopqrst1:zl1:xee", true)]
    [InlineData("d2:ih19:abcdefghijklmnopqrse", false)]
    [InlineData("d2:ih20:abcdefghijklmnopqrst2:ih20:abcdefghijklmnopqrste", false)]
    [InlineData("d2:ihi20ee", false)]
    [InlineData("d1:ai1ee", false)]
    [InlineData("d2:ih20:abcdefghijklmnopqrste0:", false)]
    [InlineData("d2:ih20:abcdefghijklmnopqrst", false)]
    [InlineData("20:abcdefghijklmnopqrst", false)]
    [InlineData("le", false)]
    [InlineData("", false)]
    public void What_names_none_or_two_is_no_use(string value, bool isRead)
        => Assert.Equal(isRead, FeedItem.TryRead(Encoding.ASCII.GetBytes(value), out _));
}
