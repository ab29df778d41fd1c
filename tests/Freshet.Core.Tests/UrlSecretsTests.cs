namespace Freshet.Core.Tests;

public sealed class UrlSecretsTests
{
    // THREATS H5: passkeys never reach a log, a message or a screen.
    [Theory]
    [InlineData("http://tracker.example/announce", "http://tracker.example/announce")]
    [InlineData("udp://tracker.example:6969", "udp://tracker.example:6969")]
    [InlineData("udp://tracker.example:6969/announce", "udp://tracker.example:6969/announce")]
    [InlineData("https://t.example/0123456789abcdef0123456789abcdef/announce", "https://t.example/***/announce")]
    [InlineData("https://t.example/announce/0123456789abcdef0123456789abcdef", "https://t.example/announce/***")]
    [InlineData("https://t.example/a1b2c3/announce.php", "https://t.example/***/announce.php")]
    [InlineData("https://t.example/announce.php?passkey=secret&uk=x#end", "https://t.example/announce.php?passkey=***&uk=***#end")]
    [InlineData("https://user:word@t.example/announce", "https://***@t.example/announce")]
    [InlineData("https://user:p@ss@t.example:1/announce", "https://***@t.example:1/announce")]
    [InlineData("http://t.example?x=y/z", "http://t.example?x=***")]
    [InlineData("http://t.example/debian-12.iso.torrent", "http://t.example/debian-12.iso.torrent")]
    [InlineData("://", "://")]
    [InlineData("nothing of a URL", "nothing of a URL")]
    [InlineData("", "")]
    public void A_url_loses_its_secrets_and_keeps_its_shape(string url, string expected) => Assert.Equal(expected, UrlSecrets.RedactUrl(url));

    [Fact]
    public void Urls_inside_a_message_are_redacted()
        => Assert.Equal(
            "GET https://t.example/announce?passkey=*** (from \"http://***@p/\") failed",
            UrlSecrets.RedactText("GET https://t.example/announce?passkey=abc (from \"http://u:v@p/\") failed"));

    [Fact]
    public void A_secret_of_any_length_in_the_query_is_gone()
    {
        var random = new SeededRandom(5);
        for (int i = 0; i < 200; i++)
        {
            string secret = "Q" + random.NextUInt64().ToString("x")[..(1 + random.Next(15))] + "Q";
            string url = $"http://h.example/announce?a={secret}&b={secret}";
            Assert.DoesNotContain(secret, UrlSecrets.RedactUrl(url), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, UrlSecrets.RedactText($"at {url}: no"), StringComparison.Ordinal);
        }
    }
}
