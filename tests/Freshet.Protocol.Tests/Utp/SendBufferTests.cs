using Freshet.Protocol.Utp;
using Freshet.Protocol.Utp.Sending;

namespace Freshet.Protocol.Tests.Utp;

public sealed class SendBufferTests
{
    [Theory]
    [InlineData(0)] // all of it was taken, and not a byte more would have been
    [InlineData(1)]
    public void Whoever_left_no_room_hears_when_there_is_some_again(int more)
    {
        var buffer = new SendBuffer(new BufferBudget(0), 64 * 1024);
        byte[] bytes = new byte[buffer.Room + more];
        Assert.Equal(bytes.Length - more, buffer.Write(bytes, window: 0));
        Assert.True(buffer.IsAwaited);
        Assert.False(buffer.Release(100));
        Assert.True(buffer.Release(32 * 1024));
        Assert.False(buffer.IsAwaited);
        buffer.Clear();
    }
}
