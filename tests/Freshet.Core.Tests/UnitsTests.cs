namespace Freshet.Core.Tests;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1234", 1234)]
    [InlineData("1k", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("1Ki", 1024)]
    [InlineData("1 KiB", 1024)]
    [InlineData("1kb", 1000)]
    [InlineData("1.5 MiB", 1572864)]
    [InlineData("2MB/s", 2000000)]
    [InlineData(" 3 G ", 3221225472)]
    [InlineData("10 B", 10)]
    [InlineData("8191PiB", 9222246136947933184)]
    [InlineData(".5K", 512)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out ByteSize size));
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1.2.3")]
    [InlineData("1 X")]
    [InlineData("1KiBB")]
    [InlineData("1e3")]
    [InlineData("8192PiB")]
    [InlineData("9999999999999999999999999999P")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("1,5M")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.00 KiB")]
    [InlineData(1500000, "1.43 MiB")]
    [InlineData(15000000, "14.3 MiB")]
    [InlineData(150000000, "143 MiB")]
    [InlineData(1048575, "1.00 MiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    [InlineData(-2048, "-2.00 KiB")]
    public void Sizes_are_shown(long bytes, string text) => Assert.Equal(text, new ByteSize(bytes).ToString());

    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e0f10111213")]
    [InlineData("000102030405060708090A0B0C0D0E0F10111213")]
    [InlineData("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT")]
    [InlineData("aaaqeayeaudaocajbifqydiob4ibceqt")]
    public void Info_hashes_are_read_in_both_forms(string text)
    {
        Assert.True(InfoHash.TryParse(text, out InfoHash hash));
        Assert.Equal("000102030405060708090a0b0c0d0e0f10111213", hash.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00010203")]
    [InlineData("000102030405060708090a0b0c0d0e0f1011121g")]
    [InlineData("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQ1")]
    [InlineData("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQ\u00e4")]
    public void What_is_no_info_hash_is_refused(string text) => Assert.False(InfoHash.TryParse(text, out _));
}
