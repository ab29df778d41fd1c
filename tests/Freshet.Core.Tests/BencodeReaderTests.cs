using System.Text;

namespace Freshet.Core.Tests;

public sealed class BencodeReaderTests
{
    private static readonly BencodeLimits Limits = BencodeLimits.Metainfo;

    [Theory]
    [InlineData("", BencodeErrorKind.UnexpectedEnd, 0)]
    [InlineData(" ", BencodeErrorKind.ExpectedValue, 0)]
    [InlineData("e", BencodeErrorKind.ExpectedValue, 0)]
    [InlineData("i", BencodeErrorKind.UnexpectedEnd, 1)]
    [InlineData("ie", BencodeErrorKind.ExpectedDigit, 1)]
    [InlineData("i-e", BencodeErrorKind.ExpectedDigit, 2)]
    [InlineData("i--1e", BencodeErrorKind.ExpectedDigit, 2)]
    [InlineData("i+1e", BencodeErrorKind.ExpectedDigit, 1)]
    [InlineData("i1.5e", BencodeErrorKind.ExpectedDigit, 2)]
    [InlineData("i12", BencodeErrorKind.UnexpectedEnd, 3)]
    [InlineData("i012e", BencodeErrorKind.LeadingZero, 1)]
    [InlineData("i-012e", BencodeErrorKind.LeadingZero, 2)]
    [InlineData("i-0e", BencodeErrorKind.NegativeZero, 1)]
    [InlineData("i9223372036854775808e", BencodeErrorKind.Overflow, 20)]
    [InlineData("i-9223372036854775809e", BencodeErrorKind.Overflow, 21)]
    [InlineData("i99999999999999999999999999999999999999e", BencodeErrorKind.Overflow, 39)]
    [InlineData("03:abc", BencodeErrorKind.LeadingZero, 0)]
    [InlineData("00:", BencodeErrorKind.LeadingZero, 0)]
    [InlineData("3:ab", BencodeErrorKind.UnexpectedEnd, 1)]
    [InlineData("3", BencodeErrorKind.UnexpectedEnd, 1)]
    [InlineData("3abc", BencodeErrorKind.ExpectedDigit, 1)]
    [InlineData("-3:abc", BencodeErrorKind.ExpectedValue, 0)]
    [InlineData("4294967299:abc", BencodeErrorKind.UnexpectedEnd, 10)]
    [InlineData("99999999999999999999999999999999:abc", BencodeErrorKind.Overflow, 18)]
    [InlineData("l", BencodeErrorKind.UnexpectedEnd, 1)]
    [InlineData("li1e", BencodeErrorKind.UnexpectedEnd, 4)]
    [InlineData("lllee", BencodeErrorKind.UnexpectedEnd, 5)]
    [InlineData("di1e1:ae", BencodeErrorKind.ExpectedKey, 1)]
    [InlineData("dlei1ee", BencodeErrorKind.ExpectedKey, 1)]
    [InlineData("d1:ae", BencodeErrorKind.MissingValue, 4)]
    [InlineData("d1:a1:b1:ce", BencodeErrorKind.MissingValue, 10)]
    [InlineData("i1ei2e", BencodeErrorKind.TrailingBytes, 3)]
    [InlineData("dee", BencodeErrorKind.TrailingBytes, 2)]
    public void Malformed_bytes_are_refused_with_what_and_where(string input, BencodeErrorKind kind, int position)
    {
        // B2
        Assert.False(BencodeDocument.TryParse(Encoding.Latin1.GetBytes(input), Limits, out _, out BencodeError error));
        Assert.Equal(new BencodeError(kind, position), error);
        var thrown = Assert.Throws<BencodeException>(() => { _ = BencodeDocument.Parse(Encoding.Latin1.GetBytes(input), Limits); });
        Assert.Equal(error, thrown.Error);
        Assert.Contains(position.ToString(), thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("i0e", 0)]
    [InlineData("i-1e", -1)]
    [InlineData("i9223372036854775807e", long.MaxValue)]
    [InlineData("i-9223372036854775808e", long.MinValue)]
    public void Integers_of_64_bits_are_read(string input, long value)
    {
        BencodeDocument document = BencodeDocument.Parse(Encoding.Latin1.GetBytes(input), Limits);
        Assert.True(document.Root.TryGetInteger(out long read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void Nesting_is_refused_one_level_past_the_limit()
    {
        // B1
        Assert.True(BencodeDocument.TryParse(Nested(100), Limits, out _, out _));
        Assert.False(BencodeDocument.TryParse(Nested(101), Limits, out _, out BencodeError error));
        Assert.Equal(new BencodeError(BencodeErrorKind.TooDeep, 100), error);
        Assert.False(BencodeDocument.TryParse(Nested(1_000_000), Limits, out _, out error));
        Assert.Equal(BencodeErrorKind.TooDeep, error.Kind);
        Assert.True(BencodeDocument.TryParse(Nested(10), BencodeLimits.Wire, out _, out _));
        Assert.False(BencodeDocument.TryParse(Nested(11), BencodeLimits.Wire, out _, out _));
    }

    [Fact]
    public void Nesting_remembers_at_each_level_whether_it_is_a_list_or_a_dictionary()
    {
        byte[] input = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("d1:al", 64)) + string.Concat(Enumerable.Repeat("ee", 64)));
        Assert.True(BencodeDocument.TryParse(input, new BencodeLimits(128, 1000), out BencodeDocument document, out _));
        Assert.Equal(BencodeKind.List, document.Root["a"u8].Kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = new BencodeReader([], new BencodeLimits(129, 1)); });
    }

    [Fact]
    public void More_values_than_the_limit_are_refused()
    {
        // B2
        Assert.True(BencodeDocument.TryParse("li1ei2ee"u8, new BencodeLimits(10, 3), out _, out _));
        Assert.False(BencodeDocument.TryParse("li1ei2ei3ee"u8, new BencodeLimits(10, 3), out _, out BencodeError error));
        Assert.Equal(new BencodeError(BencodeErrorKind.TooManyTokens, 7), error);
    }

    [Fact]
    public void A_prefix_says_where_the_bytes_after_it_start()
    {
        Assert.True(BencodeDocument.TryParsePrefix("d8:msg_typei1eeDATA"u8, BencodeLimits.Wire, out BencodeDocument document, out _));
        Assert.Equal(15, document.Length);
        Assert.Equal(1, document.Root["msg_type"u8].IntegerOr(0));
    }

    [Fact]
    public void Raw_gives_the_bytes_as_they_stood()
    {
        // B3
        BencodeDocument document = BencodeDocument.Parse("d1:bi1e4:infod1:zi1e1:ai2eee"u8, Limits);
        Assert.Equal("d1:zi1e1:ai2ee"u8, document.Root["info"u8].Raw);
        Assert.Equal(13, document.Root["info"u8].Position);
    }

    [Fact]
    public void Look_ups_in_missing_or_other_values_are_missing_again()
    {
        BencodeDocument document = BencodeDocument.Parse("d1:ai1e0:3:xyze"u8, Limits);
        Assert.False(document.Root["nothing"u8]["inside"u8].Exists);
        Assert.False(document.Root["a"u8]["inside"u8].Exists);
        Assert.Equal("xyz", document.Root[""u8].TextOrNull());
        Assert.False(document.Root["a"u8].TryGetBytes(out _));
        Assert.False(document.Root[""u8].TryGetInteger(out _));
        Assert.Equal(0, document.Root["a"u8].Items.Current.Count());
        Assert.Equal(-1, default(BencodeValue).Position);
        Assert.Equal(2, document.Root.Count());
    }

    [Theory]
    [InlineData("d1:ai1e1:bi2ee", -1, -1)]
    [InlineData("d1:bi1e1:ai2ee", 7, -1)]
    [InlineData("d1:ai1e1:ai2ee", -1, 7)]
    [InlineData("d1:ai1e1:bi2e1:ai3ee", 13, 13)]
    [InlineData("d1:bi1e1:ai2e1:ci3e1:bi3ee", 7, 19)]
    [InlineData("ld1:bi1e1:ai2eed1:bi1e1:ai2eee", 8, -1)]
    [InlineData("d1:ad1:xi1e1:xi2ee1:bi2ee", -1, 11)]
    [InlineData("d2:aai1e1:bi2e1:alee", 14, -1)]
    public void Order_and_duplicates_of_keys_are_reported(string input, int unsorted, int duplicate)
    {
        BencodeDocument document = BencodeDocument.Parse(Encoding.Latin1.GetBytes(input), Limits);
        Assert.Equal((unsorted, duplicate), (document.FirstUnsortedKey, document.FirstDuplicateKey));
    }

    [Fact]
    public void Of_two_equal_keys_a_look_up_finds_the_first()
        => Assert.Equal(1, BencodeDocument.Parse("d1:ai1e1:ai2ee"u8, Limits).Root["a"u8].IntegerOr(0));

    [Fact]
    public void The_token_reader_skips_whole_values()
    {
        var reader = new BencodeReader("d1:ald1:xleei3ee1:bi7ee"u8, Limits);
        Assert.True(reader.Read());
        Assert.True(reader.Read());
        Assert.True(reader.IsKey);
        Assert.Equal("a"u8, reader.Bytes);
        Assert.True(reader.Skip());
        Assert.True(reader.Read());
        Assert.Equal("b"u8, reader.Bytes);
        Assert.True(reader.Read());
        Assert.Equal(7, reader.Integer);
        Assert.True(reader.Read());
        Assert.False(reader.Read());
        Assert.True(reader.IsComplete);
    }

    [Fact]
    public void Reading_tokens_allocates_nothing()
    {
        byte[] input = Encoding.Latin1.GetBytes("d1:ald1:xleei3ee1:bi7ee");
        ReadAll(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll(input);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void ReadAll(byte[] input)
    {
        var reader = new BencodeReader(input, Limits);
        while (reader.Read())
        {
        }
    }

    private static byte[] Nested(int depth)
        => Encoding.Latin1.GetBytes(string.Concat(new string('l', depth), new string('e', depth)));
}
