using System.Net.Sockets;

namespace Freshet.IO.Udp;

/// <summary>
/// A UDP socket that never blocks, moves datagrams by the batch and remembers what it is ready for, as <see cref="Pumps.PeerSocket"/> does. Used by the pump's thread;
/// others may send through the same system socket at any time.
/// </summary>
internal abstract class DatagramSocket(AddressFamily family)
{
    /// <summary>Whether it is for IPv4 addresses, else for IPv6.</summary>
    public bool IsIPv4 { get; } = family == AddressFamily.InterNetwork;

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
}
