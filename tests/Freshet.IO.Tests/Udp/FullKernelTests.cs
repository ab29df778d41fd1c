using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

/// <summary>What becomes of datagrams while the kernel has no room for them.</summary>
public sealed class FullKernelTests : IUtpReceiver
{
    private static readonly DatagramAddress To = DatagramAddress.OfIPv4(0x7F000001, 4000);

    private readonly NarrowSocket _socket = new();
    private readonly UdpPort _port;
    private int _readies;

    public FullKernelTests() => _port = new UdpPort([_socket], new UdpEndpoints([]));

    [Fact]
    public void What_was_not_taken_waits_and_goes_out_first_when_there_is_room()
    {
        _socket.Room = 25;
        Write(40, length: 100);
        Write(3, length: 50);
        _port.Flush(this);
        Assert.Equal(25, _socket.Sent.Count);
        Assert.False(_port.Output.HasRoom);

        // A turn without news of room tries nothing; what is written meanwhile is lost, and takes no memory.
        int calls = _socket.Calls;
        Assert.False(_port.HasTurn);
        _port.Receive(this);
        Write(2_000, length: 1400);
        _port.Flush(this);
        Assert.Equal((calls, 0), (_socket.Calls, _readies));

        _socket.Room = 10;
        _socket.IsWritable = true;
        Assert.True(_port.HasTurn);
        _port.Receive(this);
        Assert.Equal((35, 0), (_socket.Sent.Count, _readies));
        Assert.False(_port.Output.HasRoom);

        _socket.Room = int.MaxValue;
        _socket.IsWritable = true;
        _port.Receive(this);
        Assert.True(_port.Output.HasRoom);
        Assert.Equal(1, _readies);
        Assert.Equal([.. Enumerable.Repeat(100, 40), .. Enumerable.Repeat(50, 3)], _socket.Sent.Select(sent => sent.Length));
        Assert.Equal([.. Enumerable.Range(0, 40), 0, 1, 2], _socket.Sent.Select(sent => sent.Number));
    }

    [Fact]
    public void A_batch_that_is_full_goes_out_by_itself()
    {
        Write(1_000, length: 1400);
        Assert.InRange(_socket.Sent.Count, 1_000 - (DatagramOutbox.Capacity / 1400), 999);
        _port.Flush(this);
        Assert.Equal(Enumerable.Range(0, 1_000), _socket.Sent.Select(sent => sent.Number));
    }

    void IUtpReceiver.Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram) => Assert.Fail("Nothing was sent to it.");

    void IUtpReceiver.TooLong(in DatagramAddress to, int length) => Assert.Fail("Nothing was too long.");

    void IUtpReceiver.OutputReady() => _readies++;

    private void Write(int count, int length)
    {
        for (int i = 0; i < count; i++)
        {
            BitConverter.TryWriteBytes(_port.Output.Begin(To, length), i);
            _port.Output.Commit(length);
        }
    }

    /// <summary>A kernel with room for some datagrams.</summary>
    private sealed class NarrowSocket() : DatagramSocket(AddressFamily.InterNetwork, receives: true)
    {
        public int Room { get; set; } = int.MaxValue;

        public int Calls { get; private set; }

        public List<(int Number, int Length)> Sent { get; } = [];

        public override void Receive(DatagramBatch batch) => batch.Count = 0;

        public override int Send(Span<DatagramRun> runs, byte[] bytes, TooLongDatagrams tooLong)
        {
            Calls++;
            for (int i = 0; i < runs.Length; i++)
            {
                while (runs[i].Length > 0)
                {
                    if (Room == 0)
                    {
                        IsWritable = false;
                        return i;
                    }

                    Room--;
                    Sent.Add((BitConverter.ToInt32(bytes, runs[i].Start), runs[i].FirstLength));
                    runs[i].Skip(runs[i].FirstLength);
                }
            }

            return runs.Length;
        }
    }
}
