namespace Freshet.Tracker.Tests.Answering;

public sealed class SipHashTests
{
    // The vectors of the authors' reference: key 00..0f, messages 00, 00 01, ...
    [Theory]
    [InlineData(0, 0x726FDB47DD0E0E31)]
    [InlineData(1, 0x74F839C593DC67FD)]
    [InlineData(8, 0x93F5F5799A932462)]
    [InlineData(15, 0xA129CA6149BE45E5)]
    public void The_reference_vectors_come_out(int length, ulong expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal(expected, new SipHash(bytes).Hash(bytes.AsSpan(0, length)));
    }
}
