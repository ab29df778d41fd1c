using System.Globalization;

namespace Freshet.Core.Tests;

/// <summary>Magnet links (BEP 9, BEP 53): what is read, refused, bounded and written (THREATS B12).</summary>
public sealed class MagnetLinkTests
{
    private const string V1 = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
    private const string V2 = "abababababababababababababababababababababababababababababababab";
    private const string Link = "magnet:?xt=urn:btih:" + V1;

    [Fact]
    public void All_parts_are_read_and_written_again()
    {
        const string Text = Link + "&xt=urn:btmh:1220" + V2 + "&dn=a%20b%26c&xl=123&tr=http%3A%2F%2Ft.example%2Fannounce%3Fx%3D1&tr=udp%3A%2F%2Fu.example%3A80"
            + "&ws=https%3A%2F%2Fw.example%2F&x.pe=192.0.2.1:6881&x.pe=[2001:db8::1]:6882&x.pe=peer.example:1&dht=router.example:6881&so=0,2,4-6";
        MagnetLink link = MagnetLink.Parse(Text);
        Assert.Equal((V1, V2), (link.Hashes.V1.ToString(), link.Hashes.V2.ToString()));
        Assert.Equal(("a b&c", 123L), (link.Name, link.Length));
        Assert.Equal(["http://t.example/announce?x=1", "udp://u.example:80"], link.Trackers);
        Assert.Equal([("192.0.2.1", 6881), ("2001:db8::1", 6882), ("peer.example", 1)], link.Peers);
        Assert.Equal([true, false, true, false, true, true, true, false], Enumerable.Range(0, 8).Select(file => link.Selects(new FileIndex(file))));
        Assert.Empty(link.Warnings);
        Assert.Equal(Text, link.ToString());
    }

    [Theory]
    [InlineData(V1, V1, null)]
    [InlineData("CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD", V1, null)]
    [InlineData("ZXG43TON3TM43TON3TM43TON3TM43TON", "cdcdcdcdcddcd9cdcdcddcd9cdcdcddcd9cdcdcd", null)]
    [InlineData(V2, null, V2)]
    [InlineData("1220" + V2, null, V2)]
    public void A_bare_hash_is_taken_like_a_link(string text, string? v1, string? v2)
    {
        Assert.True(MagnetLink.IsMeant(text));
        MagnetLink link = MagnetLink.Parse(text);
        Assert.Equal((v2, v1 is null), (link.Hashes.V2?.ToString(), link.Hashes.V1 is null));
        Assert.Equal(v1 is null ? 0 : 40, link.Hashes.V1?.ToString().Length ?? 0);
    }

    [Theory]
    [InlineData("a.torrent")]
    [InlineData("cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc")]
    [InlineData("http://example/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd")]
    public void Other_texts_are_not_meant(string text) => Assert.False(MagnetLink.IsMeant(text));

    [Theory]
    [InlineData("http://example/", "does not begin with magnet:")]
    [InlineData("magnet:?dn=x", "names no torrent")]
    [InlineData("magnet:?xt=urn:sha1:abc", "names no torrent")]
    [InlineData("magnet:?xt=urn:btih:abc", "v1 hash")]
    [InlineData("magnet:?xt=urn:btmh:1114cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", "v2 hash")]
    [InlineData(Link + "&xt=urn:btih:abababababababababababababababababababab", "two different torrents")]
    [InlineData(Link + "&dn=%zz", "percent sign in dn")]
    [InlineData(Link + "&dn=%4", "percent sign in dn")]
    public void What_cannot_be_used_is_refused_with_the_reason(string text, string reason)
    {
        MagnetException error = Assert.Throws<MagnetException>(() => MagnetLink.Parse(text));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tr=ftp%3A%2F%2Fx%2F")]
    [InlineData("tr=javascript:alert(1)")]
    [InlineData("ws=file:///etc/passwd")]
    [InlineData("x.pe=nobody")]
    [InlineData("x.pe=192.0.2.1:0")]
    [InlineData("x.pe=192.0.2.1:65536")]
    [InlineData("x.pe=[::1:80")]
    [InlineData("x.pe=a%20b:80")]
    [InlineData("dht=:80")]
    [InlineData("so=3-1")]
    [InlineData("so=-1")]
    [InlineData("so=0-100000000")]
    [InlineData("so=99999999999999999999")]
    [InlineData("xl=-5")]
    [InlineData("xl=99999999999999999999")]
    public void What_helps_nobody_is_left_out_with_a_warning(string parameter)
    {
        MagnetLink link = MagnetLink.Parse($"{Link}&{parameter}");
        Assert.Equal(Link, link.ToString());
        Assert.Single(link.Warnings);
    }

    [Fact]
    public void Urls_that_others_would_have_us_fetch_are_not_read()
        => Assert.Equal(Link, MagnetLink.Parse(Link + "&as=http%3A%2F%2F169.254.169.254%2F&xs=http%3A%2F%2Flocalhost%2Fa.torrent&kt=a&mt=b&foo=bar&&=").ToString());

    [Fact]
    public void Hosts_of_look_alike_letters_show_as_what_they_are()
    {
        // The first letter is Cyrillic.
        MagnetLink link = MagnetLink.Parse(Link + "&tr=http%3A%2F%2F%D0%B0pple.example%3A80%2Fann%C3%A9&ws=https%3A%2F%2Fuser%40%D0%B0pple.example%2F&x.pe=%D0%B0pple.example:1");
        Assert.Equal(["http://xn--pple-43d.example:80/ann%C3%A9"], link.Trackers);
        Assert.Equal(["https://user@xn--pple-43d.example/"], link.WebSeeds);
        Assert.Equal([("xn--pple-43d.example", 1)], link.Peers);
    }

    [Fact]
    public void A_plus_is_a_blank_in_names_and_itself_in_urls()
    {
        MagnetLink link = MagnetLink.Parse(Link + "&dn=a+b%2Bc&tr=http://t.example/?a+b");
        Assert.Equal("a b+c", link.Name);
        Assert.Equal(["http://t.example/?a+b"], link.Trackers);
    }

    [Fact]
    public void Numbered_parameters_count_like_others()
        => Assert.Equal(["http://a.example", "http://b.example"], MagnetLink.Parse("magnet:?xt.1=urn:btih:" + V1 + "&tr.1=http://a.example&tr.2=http://b.example").Trackers);

    [Fact]
    public void Counts_and_lengths_are_limited()
    {
        string many = string.Concat(Enumerable.Range(0, 400).Select(static i => string.Create(
            CultureInfo.InvariantCulture, $"&tr=http://{i}.example/&ws=http://{i}.example/&x.pe=192.0.2.1:{i + 1}&dht=192.0.2.1:{i + 1}&so={i},{i},{i},{i}")));
        MagnetLink link = MagnetLink.Parse(Link + many);
        Assert.Equal(
            (MagnetLimits.MaxTrackers, MagnetLimits.MaxWebSeeds, MagnetLimits.MaxAddresses, MagnetLimits.MaxAddresses, MagnetLimits.MaxRanges),
            (link.Trackers.Count, link.WebSeeds.Count, link.Peers.Count, link.Nodes.Count, link.Selection.Count));
        Assert.Equal(MagnetLimits.MaxWarnings, link.Warnings.Count);
        Assert.Null(MagnetLink.Parse(Link + "&dn=" + new string('a', MagnetLimits.MaxName + 1)).Name);
        Assert.Empty(MagnetLink.Parse(Link + "&tr=http://a.example/" + new string('a', MagnetLimits.MaxUrl)).Trackers);
        Assert.Throws<MagnetException>(() => MagnetLink.Parse(Link + "&dn=" + new string('a', MagnetLimits.MaxLength)));
    }
}
