using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Tests.Wire;

/// <summary>Content of which some is in memory: every byte is the sum of its piece and its block.</summary>
internal sealed class CacheOf : ICachedReader
{
    /// <summary>How many bytes of a run, from its start on, are there.</summary>
    public Func<BlockRange, int> Cached { get; set; } = run => run.Length;

    public List<BlockRange> Reads { get; } = [];

    public static byte Fill(BlockRange block) => (byte)((block.Piece.Value * 4) + (block.Offset / BlockRange.BlockLength) + 1);

    public static byte[] Message(BlockRange block) => Samples.Piece(block, Fill(block));

    public int ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
    {
        Reads.Add(run);
        int cached = Cached(run);
        for (int done = 0; done < cached; done += BlockRange.BlockLength)
        {
            int length = Math.Min(BlockRange.BlockLength, cached - done);
            target.Slice(done + (done / BlockRange.BlockLength * gap), length).Fill(Fill(new BlockRange(run.Piece, run.Offset + done, length)));
        }

        return cached;
    }
}
