using System.Text;

namespace Freshet.Redis.Tests;

public sealed class RespReaderTests
{
    [Fact]
    public void A_reply_may_come_in_any_parts()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("*5\r\n:12\r\n$5\r\nab\r\nc\r\n$-1\r\n+OK\r\n*2\r\n-ERR x\r\n*0\r\nrest");
        int whole = bytes.Length - 4;
        for (int length = 0; length < whole; length++)
            Assert.False(RespReader.TryRead(bytes.AsSpan(0, length), out _, out _));
        Assert.True(RespReader.TryRead(bytes, out RespValue? value, out int consumed));
        Assert.Equal(whole, consumed);
        Assert.Equal([RespKind.Integer, RespKind.Bytes, RespKind.Null, RespKind.Status, RespKind.Array], value!.Items.Select(item => item.Kind));
        Assert.Equal("ab\r\nc", value.Items[1].Text);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData(":12x\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    public void What_is_no_reply_is_refused(string text)
        => Assert.Throws<RedisException>(() => RespReader.TryRead(Encoding.ASCII.GetBytes(text), out _, out _));

    [Fact]
    public void A_length_alone_takes_no_memory()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("*2000000\r\n$8000000\r\n");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(RespReader.TryRead(bytes, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }
}
