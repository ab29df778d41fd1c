using System.Text;
using System.Text.Json;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Wire;

public sealed class PeerClientTests
{
    [Theory]
    [InlineData("-FH0100-abcdefghijkl", "Freshet 0.1.0")]
    [InlineData("-TR0072-abcdefghijkl", "Transmission 0.72")]
    [InlineData("-TR2940-abcdefghijkl", "Transmission 2.94")]
    [InlineData("-TR400Z-abcdefghijkl", "Transmission 4.0.0+")]
    [InlineData("-qB4650-abcdefghijkl", "qBittorrent 4.6.5")]
    [InlineData("-lt0D80-abcdefghijkl", "libTorrent (rTorrent) 0.13.8")]
    [InlineData("T03I--00abcdefghijkl", "BitTornado 0.3.18")]
    [InlineData("S58B-----abcdefghijk", "Shadow 5.8.11")]
    [InlineData("Sabcdefghijklmnopqrs", "Sabcdefg")]
    [InlineData("T03I----abcdefghijkl", "BitTornado 0.3.18")]
    [InlineData("M7-9-2--abcdefghijkl", "Mainline 7.9.2")]
    [InlineData("M4-20-8-abcdefghijkl", "Mainline 4.20.8")]
    [InlineData("A2-1-36-0-abcdefghij", "aria2 1.36.0")]
    [InlineData("-TR----abcdefghijklm", "Transmission")]
    [InlineData("-ZZ0000-abcdefghijkl", "-ZZ0000-")]
    public void Well_known_peer_ids_are_named(string id, string expected)
        => Assert.Equal(expected, PeerClient.Describe(Id(Encoding.ASCII.GetBytes(id)), null));

    [Fact]
    public void What_a_peer_calls_itself_comes_first()
        => Assert.Equal("µTorrent 3.5.5", PeerClient.Describe(Samples.Us, "µTorrent 3.5.5"));

    // B13: neither the terminal's control characters nor those that turn the writing direction come through.
    [Theory]
    [InlineData("a\u001b[2Jb\u0007\r\n", "a[2Jb")]
    [InlineData("\u202Etxt.exe\u2066\u200E\uFEFF", "txt.exe")]
    [InlineData("\u001b\u0000", "Freshet 0.1.0")]
    [InlineData("   ", "Freshet 0.1.0")]
    public void Names_are_made_harmless(string name, string expected)
        => Assert.Equal(expected, PeerClient.Describe(Id("-FH0100-aaaaaaaaaaaa"u8), name));

    [Fact]
    public void Names_are_cut_at_64_characters_and_never_inside_one()
    {
        string described = PeerClient.Describe(Samples.Us, new string('a', 63) + "😀😀");
        Assert.Equal(new string('a', 63), described);
    }

    // B13.
    [Fact]
    public void Any_peer_id_gives_printable_text()
    {
        var random = new SeededRandom(1);
        Span<byte> bytes = stackalloc byte[20];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            if (random.Chance(0.5))
                "-TR"u8.CopyTo(bytes);
            string text = PeerClient.Describe(Id(bytes), null);
            Assert.InRange(text.Length, 1, 64);
            Assert.DoesNotContain(text, char.IsControl);
        }
    }

    [Fact]
    public void The_corpus_is_named_as_others_name_it()
    {
        // Differences on purpose: what is not certain is shown as it is, and nobody is called invalid.
        string[] unnamed = ["unknown", "Invalid PeerID", "Mainline"];
        var wrong = new List<string>();
        foreach (JsonElement row in Corpus.Read("peer_ids/peer_ids.json").EnumerateArray())
        {
            byte[] id = new byte[20];
            byte[] prefix = Convert.FromHexString(row.GetProperty("peer_id_prefix_hex").GetString()!);
            prefix.AsSpan(0, Math.Min(20, prefix.Length)).CopyTo(id);
            string expected = row.GetProperty("client").GetString()!;
            bool isExact = row.GetProperty("src").GetString()!.StartsWith("transmission", StringComparison.Ordinal);
            string actual = PeerClient.Describe(Id(id), null);
            bool isRight = unnamed.Contains(expected, StringComparer.Ordinal) ? !actual.StartsWith(expected, StringComparison.Ordinal)
                : isExact ? actual == expected
                : actual.StartsWith(expected.Split(' ')[0], StringComparison.OrdinalIgnoreCase);
            if (!isRight)
                wrong.Add($"{row.GetProperty("peer_id_prefix").GetString()}: {actual}, expected {expected}");
        }

        Assert.Empty(wrong);
    }

    private static PeerId Id(ReadOnlySpan<byte> bytes) => new(new Sha1Hash(bytes));
}
