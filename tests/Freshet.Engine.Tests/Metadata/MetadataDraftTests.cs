using System.Net;
using System.Security.Cryptography;
using Freshet.Core;
using Freshet.Engine.Metadata;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Tests.Metadata;

/// <summary>Metadata put together from pieces, judged by its hashes, and who is to blame (THREATS B7).</summary>
public sealed class MetadataDraftTests
{
    private static readonly PeerIdentity One = new(new IPEndPoint(IPAddress.Parse("203.0.113.1"), 1));
    private static readonly PeerIdentity Two = new(new IPEndPoint(IPAddress.Parse("203.0.113.2"), 2));

    private readonly byte[] _truth = Random(40_000);

    [Fact]
    public void Each_piece_is_taken_once_and_again_where_it_was_asked_for_in_vain()
    {
        var draft = new MetadataDraft(_truth.Length);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => draft.TryTake(out int piece) ? piece : -1));
        Assert.False(draft.TryTake(out _));
        draft.Free(1);
        Assert.True(draft.TryTake(out int again));
        Assert.Equal(1, again);

        // Who was slow has answered after all.
        draft.Free(2);
        draft.Add(2, Piece(2), One);
        Assert.False(draft.TryTake(out _));
    }

    [Fact]
    public void Pieces_in_any_order_make_the_whole_and_the_first_of_twins_counts()
    {
        var draft = new MetadataDraft(_truth.Length);
        draft.Add(2, Piece(2), Two);
        draft.Add(0, Piece(0), One);
        draft.Add(0, new byte[MetadataPieces.Length], Two);
        draft.Add(1, Piece(1), One);
        Assert.Equal((0, _truth.Length), (draft.Missing, draft.Received));
        Assert.Equal(_truth, draft.Join());
        Assert.Equal([One, Two], draft.Senders);
    }

    [Fact]
    public void The_truth_tells_who_gave_what_was_wrong()
    {
        var draft = new MetadataDraft(_truth.Length);
        draft.Add(0, Piece(0), One);
        draft.Add(1, new byte[MetadataPieces.Length], Two);
        draft.Add(2, Piece(2), One);
        FailedMetadata failed = draft.Fail();
        Assert.Equal([Two], failed.Liars(_truth));
        Assert.Equal([Two, One], failed.Liars(_truth.AsSpan(0, 20_000)));
    }

    [Fact]
    public void Bytes_are_right_by_all_hashes_of_the_link_or_by_none()
    {
        var v1 = new Sha1Hash(SHA1.HashData(_truth));
        var v2 = new Sha256Hash(SHA256.HashData(_truth));
        var other = new Sha256Hash(SHA256.HashData("other"u8));
        Assert.Equal(MetadataVerdict.Right, MetadataCheck.Judge(new InfoHashes(v1, null), _truth));
        Assert.Equal(MetadataVerdict.Right, MetadataCheck.Judge(new InfoHashes(null, v2), _truth));
        Assert.Equal(MetadataVerdict.Right, MetadataCheck.Judge(new InfoHashes(v1, v2), _truth));
        Assert.Equal(MetadataVerdict.Wrong, MetadataCheck.Judge(new InfoHashes(null, other), _truth));
        Assert.Equal(MetadataVerdict.Conflict, MetadataCheck.Judge(new InfoHashes(v1, other), _truth));
    }

    [Fact]
    public void What_a_session_fetches_at_once_is_bounded()
    {
        var budget = new MetadataBudget();
        int taken = 0;
        while (budget.TryTake(MetadataPieces.MaxSize))
            taken++;
        Assert.Equal(MetadataBudget.Limit / MetadataPieces.MaxSize, taken);
        budget.Return(MetadataPieces.MaxSize);
        Assert.True(budget.TryTake(MetadataPieces.MaxSize));
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new SeededRandom(7).NextBytes(bytes);
        return bytes;
    }

    private byte[] Piece(int piece) => _truth.AsSpan(piece * MetadataPieces.Length, MetadataPieces.LengthOf(_truth.Length, piece)).ToArray();
}
