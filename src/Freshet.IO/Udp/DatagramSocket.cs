using System.Net.Sockets;

namespace Freshet.IO.Udp;

/// <summary>
/// A UDP socket that never blocks, moves datagrams by the batch and remembers what it is ready for, as <see cref="Pumps.PeerSocket"/> does. Used by the pump's thread;
/// others may send through the same system socket at any time.
/// </summary>
internal abstract class DatagramSocket(AddressFamily family, bool receives)
{
    /// <summary>
    /// What the kernel keeps between two of our reads, where the system's limit (net.core.rmem_max) allows: a hundredth of a second at 3 Gbit/s. Its usual 208 KiB are 250 small
    /// datagrams, which a flood of the DHT would fill in no time. The limit is its administrator's, and left alone even where we could go beyond it.
    /// </summary>
    private const int ReceiveBuffer = 4 << 20;

    /// <summary>What waits to leave the machine; the pace of the streams keeps it short of that, and a faster line wants no more than that for a turn of the pump.</summary>
    private const int SendBuffer = 1 << 20;

    /// <summary>Whether it is for IPv4 addresses, else for IPv6.</summary>
    public bool IsIPv4 { get; } = family == AddressFamily.InterNetwork;

    /// <summary>Whether what comes is received here; else this only sends.</summary>
    public bool Receives { get; } = receives;

    /// <summary>Whether datagrams may have come.</summary>
    public bool IsReadable { get; set; }

    /// <summary>Whether there may be room to send; told only after <see cref="Send"/> found none.</summary>
    public bool IsWritable { get; set; } = true;

    /// <summary>Receives what is there, as much as one call takes; what was cut off is left out.</summary>
    public abstract void Receive(DatagramBatch batch);

    /// <summary>Sends, in order, until the kernel takes no more. Datagrams that cannot be sent are dropped, those that are too long are noted.</summary>
    /// <param name="runs">What to send; of the first that is not wholly taken what is left is noted in it.</param>
    /// <param name="bytes">Where their bytes are; pinned.</param>
    /// <param name="tooLong">Gets the datagrams that are longer than the interface takes.</param>
    /// <returns>How many runs are taken.</returns>
    public abstract int Send(Span<DatagramRun> runs, byte[] bytes, TooLongDatagrams tooLong);

    /// <summary>What every socket of ours is like.</summary>
    protected static void Prepare(Socket socket)
    {
        socket.Blocking = false;
        socket.ReceiveBufferSize = ReceiveBuffer;
        socket.SendBufferSize = SendBuffer;
    }
}
