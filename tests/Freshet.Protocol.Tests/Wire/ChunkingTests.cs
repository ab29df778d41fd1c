using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Tests.Wire;

public sealed class ChunkingTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    public void However_the_bytes_are_cut_the_events_are_the_same(ulong seed)
    {
        var random = new SeededRandom(seed);
        byte[] stream =
        [
            .. Samples.Handshake(),
            .. Samples.Extended(0, "d1:md11:lt_donthavei7ee4:reqqi500e1:v4:Teste"u8),
            .. Samples.Message(5, 0xFF, 0xC0),
            .. Samples.Piece(Samples.Range(0, 0), 1),
            .. new byte[4],
            .. Samples.Message(21, new byte[333]),
            .. Samples.Piece(Samples.Range(0, 32768), 2),
            .. Samples.Message(4, [3]),
            .. Samples.Extended(7, [0, 0, 0, 9]),
            .. Samples.Piece(Samples.Range(9, 16384, 3616), 3),
            .. Samples.Message(1),
            .. Samples.Message(6, [1, 16384, 16384]),
            .. Samples.Extended(200, new byte[50]),
            .. Samples.Message(16, [0, 16384, 16384]),
        ];
        string[] whole = Play(stream, _ => stream.Length);
        Assert.Equal(11, whole.Length);
        Assert.Equal(whole, Play(stream, _ => 1));
        for (int i = 0; i < 20; i++)
        {
            int largest = 1 + random.Next(1 << (1 + random.Next(15)));
            Assert.Equal(whole, Play(stream, _ => 1 + random.Next(largest)));
        }
    }

    private static string[] Play(byte[] stream, Func<int, int> nextLength)
    {
        using var test = new LinkUnderTest(ready: false);
        for (int at = 0; at < stream.Length;)
        {
            int length = Math.Min(nextLength(at), stream.Length - at);
            if (at == 0)
                length = 68;
            test.Link.Feed(stream.AsSpan(at, length), test.Events, test.Now);
            if (at == 0)
                test.Request(Samples.Range(0, 0), Samples.Range(0, 16384), Samples.Range(9, 16384, 3616));
            at += length;
        }

        Assert.Equal(DisconnectReason.None, test.Link.Ending);
        return [.. test.Events.Events.ToArray().Select(e => $"{e.Kind} {e.Range} {e.Value} {Content(test.Pool, e)}")];
    }

    private static string Content(BlockPool pool, PeerEvent e) => e.Payload switch
    {
        Bitfield bitfield => $"{bitfield.Count} of {bitfield.Length}",
        ExtensionHandshake handshake => $"{handshake.Client} {handshake.RequestQueue} {handshake.Messages["lt_donthave"]}",
        _ => e.Lease.IsNone ? "" : Convert.ToHexString(System.Security.Cryptography.SHA1.HashData(pool.Span(e.Lease, e.Range.Length))),
    };
}
