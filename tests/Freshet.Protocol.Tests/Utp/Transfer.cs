using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>Bytes that go through a stream, in pieces of any size, and are compared as they come out.</summary>
internal sealed class Transfer(UtpStream from, UtpStream to, int length, ulong seed)
{
    private readonly SeededRandom _random = new(seed);
    private readonly byte[] _piece = new byte[20_000];

    public int Written { get; private set; }

    public int Read { get; private set; }

    public bool IsDone => Read == length;

    /// <summary>The byte at a position.</summary>
    public static byte ByteAt(int position) => (byte)((position * 2654435761L) >> 13);

    public void Work()
    {
        while (Written < length)
        {
            int count = Math.Min(1 + _random.Next(_piece.Length - 1), length - Written);
            for (int i = 0; i < count; i++)
                _piece[i] = ByteAt(Written + i);
            int taken = from.Write(_piece.AsSpan(0, count));
            Written += taken;
            if (taken < count)
                break;
        }

        for (int count = to.Read(_piece); count > 0; count = to.Read(_piece))
        {
            for (int i = 0; i < count; i++)
                Assert.True(ByteAt(Read + i) == _piece[i], $"byte {Read + i}");
            Read += count;
        }
    }
}
