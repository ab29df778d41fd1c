using Freshet.Core;
using Freshet.Protocol.Encryption;

namespace Freshet.Protocol.Tests.Encryption;

public sealed class Rc4Tests
{
    // RFC 6229: the stream of this key at 1024, the first byte that is not thrown away, and at 4096.
    private static readonly byte[] Key = Convert.FromHexString("0102030405060708090a0b0c0d0e0f10");
    private static readonly byte[] At1024 = Convert.FromHexString("bdf0324e6083dcc6d3cedd3ca8c53c16");
    private static readonly byte[] At4096 = Convert.FromHexString("a36a4c301ae8ac13610ccbc12256cacc");

    [Fact]
    public void The_stream_is_that_of_RFC_6229_behind_its_first_kibibyte()
    {
        byte[] stream = new byte[4096];
        new Rc4(Key).Apply(stream);
        Assert.Equal(At1024, stream[..16]);
        Assert.Equal(At4096, stream[(4096 - Rc4.Dropped)..][..16]);
    }

    [Fact]
    public void It_does_not_matter_how_bytes_are_cut()
    {
        byte[] whole = new byte[64];
        new Rc4(Key).Apply(whole);
        for (int first = 0; first <= 32; first++)
        {
            byte[] parts = new byte[64];
            var cipher = new Rc4(Key);
            cipher.Apply(parts.AsSpan(0, first));
            cipher.Apply(parts.AsSpan(first, 3));
            cipher.Apply(parts.AsSpan(first + 3));
            Assert.Equal(whole, parts);
        }
    }

    [Fact]
    public void What_is_encrypted_is_decrypted()
    {
        byte[] text = new byte[100_003];
        new SeededRandom(3).NextBytes(text);
        byte[] sent = [.. text];
        new Rc4(Key).Apply(sent);
        Assert.NotEqual(text, sent);
        new Rc4(Key).Apply(sent);
        Assert.Equal(text, sent);
    }
}
