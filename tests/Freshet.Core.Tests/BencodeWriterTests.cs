namespace Freshet.Core.Tests;

public sealed class BencodeWriterTests
{
    [Fact]
    public void Values_are_written_as_BEP_3_says()
    {
        byte[] written = new BencodeWriter(0)
            .Dictionary()
            .Key("a"u8).Integer(-42)
            .Key("b"u8).List().String("spam"u8).String("grün").End()
            .Key("ba"u8).Raw("de"u8)
            .Key("c"u8).Dictionary().End()
            .End()
            .ToArray();
        Assert.Equal("d1:ai-42e1:bl4:spam5:grüne2:bade1:cdee"u8, written);
    }

    [Fact]
    public void Every_integer_fits()
    {
        Assert.Equal("i-9223372036854775808e"u8, new BencodeWriter(0).Integer(long.MinValue).ToArray());
        Assert.Equal("i9223372036854775807e"u8, new BencodeWriter(0).Integer(long.MaxValue).ToArray());
    }

    [Fact]
    public void Keys_out_of_order_or_twice_are_a_mistake()
    {
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Key("b"u8).Integer(1).Key("a"u8));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Key("b"u8).Integer(1).Key("b"u8));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Key("\xff"u8).Integer(1).Key("z"u8));
    }

    [Fact]
    public void What_is_not_one_whole_value_is_a_mistake()
    {
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Integer(1));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Key("a"u8).Key("b"u8));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Dictionary().Key("a"u8).End());
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().List().Key("a"u8));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().List().ToArray());
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().Integer(1).Integer(2));
        Assert.Throws<InvalidOperationException>(() => new BencodeWriter().End());
    }

    [Fact]
    public void A_writer_that_is_used_again_allocates_nothing()
    {
        var writer = new BencodeWriter();
        Write(writer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(writer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Write(BencodeWriter writer)
    {
        writer.Clear();
        writer.Dictionary().Key("m"u8).Dictionary().Key("ut_pex"u8).Integer(1).End().Key("v"u8).String("Freshet").End();
    }
}
