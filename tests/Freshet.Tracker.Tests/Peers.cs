using System.Net;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Tests;

/// <summary>Announces of made-up clients.</summary>
internal static class Peers
{
    public static InfoHash Hash(int number) => new(Bytes20(0x5A, number));

    public static Sha1Hash Id(int number) => Bytes20(0x2D, number);

    public static PeerAddress Address(string text) => PeerAddress.Of(IPAddress.Parse(text));

    /// <summary>A leecher at an IPv4 address of its own.</summary>
    public static AnnounceCall Leecher(int number, int swarm = 0) => new()
    {
        Swarm = Hash(swarm),
        PeerId = Id(number),
        Source = Address($"44.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"),
        Port = 6881,
        Left = 1000,
        Wanted = -1,
    };

    public static AnnounceCall Seeder(int number, int swarm = 0) => Leecher(number, swarm) with { Left = 0 };

    public static MonoTime At(double seconds) => new((long)(seconds * 1e9));

    private static Sha1Hash Bytes20(byte fill, int number)
    {
        Span<byte> bytes = stackalloc byte[20];
        bytes.Fill(fill);
        BitConverter.TryWriteBytes(bytes[16..], number);
        return new Sha1Hash(bytes);
    }
}
