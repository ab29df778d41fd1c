namespace Freshet.IO.Udp;

/// <summary>What one call has received: the bytes, and which of them are whose. One serves all sockets of a pump, since each batch is dealt with before the next.</summary>
internal sealed class DatagramBatch
{
    /// <summary>
    /// Messages a call. Beyond this the call itself costs next to nothing a datagram, and where each message is a whole run of datagrams, so many fit the second-level cache.
    /// </summary>
    public const int Slots = 16;

    /// <summary>What the kernel puts together at most; a place must take all of it, or the rest would be lost. Pages that no message reaches take no memory.</summary>
    public const int SlotLength = 64 * 1024;

    /// <summary>The places, one behind the other; pinned.</summary>
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(Slots * SlotLength, pinned: true);

    /// <summary>What came.</summary>
    public DatagramRun[] Runs { get; } = new DatagramRun[Slots];

    /// <summary>How many of <see cref="Runs"/> there are.</summary>
    public int Count { get; set; }
}
