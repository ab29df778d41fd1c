using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

public sealed class GatheredReadsTests
{
    private const int Plenty = 500;

    private readonly GatheredReads _gathered = new();
    private readonly MarkedSocket _socket = new();
    private readonly PumpConnection _connection;
    private MonoTime _now = MonoTime.Zero + TimeSpan.FromSeconds(100);

    public GatheredReadsTests()
        => _connection = new PumpConnection(new ConnectionId(2), _socket, new IPEndPoint(IPAddress.Loopback, 1));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(9, 32 * 1024)]
    [InlineData(20, 64 * 1024)]
    [InlineData(50, 128 * 1024)]
    [InlineData(1000, 256 * 1024)]
    public void What_comes_in_four_milliseconds_is_gathered(int mebibytesPerSecond, int mark)
    {
        Read(mebibytesPerSecond, milliseconds: 50);
        Assert.Equal(mark, _socket.From);
    }

    [Fact]
    public void A_rate_that_trembles_moves_nothing()
    {
        Read(70, milliseconds: 50);
        _socket.Changes = 0;
        for (int i = 0; i < 10; i++)
        {
            Read(60, milliseconds: 20);
            Read(70, milliseconds: 20);
        }

        Assert.Equal(0, _socket.Changes);
        Read(10, milliseconds: 50);
        Assert.Equal(32 * 1024, _socket.From);
    }

    [Fact]
    public void What_was_not_asked_for_is_not_waited_for()
    {
        Read(1000, milliseconds: 50);
        _gathered.NoteRead(_connection, 1000, requestsOut: 31, _now);
        Assert.Equal(1, _socket.From);
        Assert.True(_gathered.NextLook - _now <= TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Who_falls_silent_is_read_from_the_first_byte_on()
    {
        Read(1000, milliseconds: 50);
        _gathered.LookAtSilent(_gathered.NextLook);
        _gathered.LookAtSilent(_gathered.NextLook);
        Assert.Equal(1, _socket.From);

        // And nobody is looked at any more.
        Assert.True(_gathered.NextLook.IsNever);
    }

    [Fact]
    public void Who_is_read_meanwhile_stays_as_it_is()
    {
        Read(1000, milliseconds: 500);
        Assert.Equal(256 * 1024, _socket.From);
        Assert.Equal(1, _socket.Changes);
    }

    [Fact]
    public void Who_is_closed_is_forgotten()
    {
        Read(1000, milliseconds: 50);
        _gathered.Forget(_connection);
        _socket.Changes = 0;
        _gathered.LookAtSilent(_gathered.NextLook);
        _gathered.LookAtSilent(_now + TimeSpan.FromSeconds(1));
        Assert.Equal(0, _socket.Changes);
        Assert.True(_gathered.NextLook.IsNever);
    }

    // A millisecond's bytes a millisecond, as a pump would read them.
    private void Read(int mebibytesPerSecond, int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            _gathered.NoteRead(_connection, (mebibytesPerSecond << 20) / 1000, Plenty, _now);
            _gathered.LookAtSilent(_now);
        }
    }

    private sealed class MarkedSocket : PeerSocket
    {
        public int From { get; private set; } = 1;

        public int Changes { get; set; }

        public override void ReceiveFrom(int bytes)
        {
            From = bytes;
            Changes++;
        }

        public override SocketError ConnectResult() => SocketError.Success;

        public override int Receive(Span<byte> buffer, out SocketError error) => throw new NotSupportedException();

        public override int Send(ReadOnlySpan<byte> bytes, out SocketError error) => throw new NotSupportedException();

        public override void Close()
        {
        }
    }
}
