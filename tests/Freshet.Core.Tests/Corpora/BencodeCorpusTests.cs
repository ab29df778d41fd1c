namespace Freshet.Core.Tests.Corpora;

/// <summary>
/// Rows of other projects' bencode tests. Where we differ on purpose: a zero before a number's digits, or a negative zero, which libtorrent takes with a
/// "soft error", is refused, as Transmission and BEP 3 have it. Order and duplicates of keys are soft errors here too.
/// </summary>
public sealed class BencodeCorpusTests
{
    [Fact]
    public void Cases_of_seven_projects() => Corpus.EachRow("bencode", "cases.json", row =>
    {
        byte[] input = Convert.FromHexString(row.Text("input_hex")!);
        string expected = row.Text("expect")!;
        bool isRead = BencodeDocument.TryParse(input, BencodeLimits.Metainfo, out BencodeDocument document, out BencodeError error);
        if (!expected.StartsWith("ok", StringComparison.Ordinal) && !expected.Contains("We: ok", StringComparison.Ordinal))
        {
            Assert.False(isRead, "was read");
            Assert.InRange(error.Position, 0, input.Length);
            return;
        }

        Assert.True(isRead, error.ToString());
        if (row.Text("flag") == "unordered" || row.Text("reencoded_sorted") is not null)
            Assert.True(document.FirstUnsortedKey >= 0, "its keys are out of order");
        if (row.Text("reencoded_sorted") is null && document.FirstUnsortedKey < 0 && document.FirstDuplicateKey < 0)
            Assert.Equal(input, Rewrite(document.Root));
    });

    [Fact]
    public void Cases_of_libtorrent_with_position() => Corpus.EachRow("bencode", "libtorrent_bdecode_cases.json", row =>
    {
        byte[] input = Convert.FromHexString(row.Text("input_hex")!);
        string? softError = row.Text("soft_error");
        bool isRead = BencodeDocument.TryParse(input, BencodeLimits.Metainfo, out BencodeDocument document, out BencodeError error);
        if (row.Text("strict_expect") == "error")
        {
            Assert.False(isRead, "was read");
            if (row.TryGetProperty("error_pos", out System.Text.Json.JsonElement position))
                Assert.Equal(position.GetInt32(), error.Position);
            if (KindsOf(row.Text("error")!) is { Length: > 0 } kinds)
                Assert.Contains(error.Kind, kinds);
            return;
        }

        if (softError is not (null or "unsorted dictionary key" or "duplicate dictionary key"))
        {
            Assert.False(isRead, "was read");
            Assert.Contains(error.Kind, new[] { BencodeErrorKind.LeadingZero, BencodeErrorKind.NegativeZero });
            return;
        }

        Assert.True(isRead, error.ToString());
        Assert.Equal(softError == "unsorted dictionary key", document.FirstUnsortedKey >= 0);
        Assert.Equal(softError == "duplicate dictionary key", document.FirstDuplicateKey >= 0);
        if (row.Text("first_int_value") is { } value)
            Assert.Equal(value, FirstInteger(input));
    });

    private static BencodeErrorKind[] KindsOf(string libtorrent) => libtorrent switch
    {
        "expected_value" => [BencodeErrorKind.ExpectedValue, BencodeErrorKind.MissingValue],
        "expected_digit" => [BencodeErrorKind.ExpectedDigit, BencodeErrorKind.ExpectedKey],
        "expected_colon" => [BencodeErrorKind.ExpectedDigit, BencodeErrorKind.UnexpectedEnd],
        "unexpected_eof" => [BencodeErrorKind.UnexpectedEnd],
        "overflow" => [BencodeErrorKind.Overflow],
        "depth_exceeded" => [BencodeErrorKind.TooDeep],
        "limit_exceeded" => [BencodeErrorKind.TooManyTokens],
        _ => [],
    };

    private static byte[] Rewrite(BencodeValue value)
    {
        var writer = new BencodeWriter();
        BencodeCopy.Write(value, writer);
        return writer.ToArray();
    }

    private static string FirstInteger(byte[] input)
    {
        var reader = new BencodeReader(input, BencodeLimits.Metainfo);
        while (reader.Read() && reader.Token != BencodeToken.Integer)
        {
        }

        return reader.Integer.ToString();
    }
}
