namespace Freshet.IO.Udp;

/// <summary>Tells by the first byte of a datagram whom it is for.</summary>
internal static class DatagramSorting
{
    private const int UtpVersion = 1;
    private const int LastUtpType = 4;

    public static DatagramKind KindOf(ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
            return DatagramKind.Unknown;
        byte first = datagram[0];
        if ((first & 0xF) == UtpVersion && first >> 4 <= LastUtpType)
            return DatagramKind.Utp;
        return first switch
        {
            (byte)'d' => DatagramKind.Dht,
            0 => DatagramKind.TrackerAnswer,
            _ => DatagramKind.Unknown,
        };
    }
}
