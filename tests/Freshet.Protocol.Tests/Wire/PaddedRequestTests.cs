using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>What libtorrent 2.0 asks for at the end of a file of a v2-only torrent: a whole block, as if filler followed.</summary>
public sealed class PaddedRequestTests
{
    private const int PieceLength = 4 * BlockRange.BlockLength;

    // Piece 0 has 100 bytes; pieces 1 and 2 a file whose last block has 5.
    private static readonly PieceLayout Layout = PieceLayout.StartingPiecesAtFiles(
        [
            new FileEntry { Index = new FileIndex(0), Path = "a", OriginalPath = "a", Length = 100, Offset = 0 },
            new FileEntry { Index = new FileIndex(1), Path = "b", OriginalPath = "b", Length = PieceLength + BlockRange.BlockLength + 5, Offset = 100 },
        ],
        PieceLength);

    [Fact]
    public void A_whole_block_at_a_files_end_is_answered_with_zeros_behind_its_bytes()
    {
        using var test = new LinkUnderTest(Layout);
        test.Feed(Samples.Message(6, [0, 0, BlockRange.BlockLength]));
        Assert.Equal((PeerEventKind.Request, Samples.Range(0, 0, 100)), (test.Only.Kind, test.Only.Range));
        Assert.True(test.Pool.TryRent(default, 1, out BufferLease lease));
        test.Pool.Span(lease).Fill(7);
        test.Apply(PeerCommandKind.SendBlock, Samples.Range(0, 0, 100), lease: lease);
        byte[] sent = test.Drain();
        Assert.Equal(13 + BlockRange.BlockLength, sent.Length);
        Assert.Equal(9 + BlockRange.BlockLength, BinaryPrimitives.ReadInt32BigEndian(sent));
        Assert.Equal((100, BlockRange.BlockLength - 100), (sent.Skip(13).Count(b => b == 7), sent.Skip(113).Count(b => b == 0)));
        test.Events.Clear();
        test.Link.ReportSent(test.Events);
        Assert.Equal((100, 1), (test.Only.Value, test.Only.Blocks));
    }

    [Fact]
    public void Filler_follows_the_last_block_of_a_run_that_is_read_from_the_cache()
    {
        using var test = new LinkUnderTest(Layout, reader: new CacheOf());
        test.Feed(Samples.Message(6, [2, 0, BlockRange.BlockLength]), Samples.Message(6, [2, BlockRange.BlockLength, BlockRange.BlockLength]));
        test.Apply(PeerCommandKind.Serve, Samples.Range(2, 0));
        test.Apply(PeerCommandKind.Serve, Samples.Range(2, BlockRange.BlockLength, 5));
        Assert.True(test.Link.Lay(test.Events));
        byte[] sent = test.Drain();
        Assert.Equal(2 * (13 + BlockRange.BlockLength), sent.Length);
        Assert.All(sent[(13 + BlockRange.BlockLength + 13 + 5)..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_reject_has_the_length_that_was_asked_for()
    {
        using var test = new LinkUnderTest(Layout);
        test.Feed(Samples.Message(6, [0, 0, BlockRange.BlockLength]));
        test.Apply(PeerCommandKind.Reject, Samples.Range(0, 0, 100));
        Assert.Equal(Samples.Message(16, [0, 0, BlockRange.BlockLength]), test.Drain());
    }

    [Fact]
    public void A_cancel_of_it_is_told_by_the_bytes_there_are()
    {
        using var test = new LinkUnderTest(Layout);
        test.Feed(Samples.Message(6, [0, 0, BlockRange.BlockLength]), Samples.Message(8, [0, 0, BlockRange.BlockLength]));
        Assert.Equal([Samples.Range(0, 0, 100), Samples.Range(0, 0, 100)], test.Events.Events.ToArray().Select(one => one.Range));
    }

    [Theory]
    [InlineData(0, 100, 50)]
    [InlineData(0, 0, BlockRange.BlockLength + 1)]
    [InlineData(2, 2 * BlockRange.BlockLength, BlockRange.BlockLength)]
    [InlineData(3, 0, BlockRange.BlockLength)]
    [InlineData(-1, 0, BlockRange.BlockLength)]
    [InlineData(0, -5, BlockRange.BlockLength)]
    [InlineData(0, int.MaxValue, BlockRange.BlockLength)]
    [InlineData(2, (2 * BlockRange.BlockLength) - 1, BlockRange.BlockLength)]
    public void Anything_else_beyond_a_piece_is_a_breach(int piece, int offset, int length)
    {
        using var test = new LinkUnderTest(Layout);
        test.AssertEnds(DisconnectReason.ProtocolError, Samples.Message(6, [piece, offset, length]));
    }
}
