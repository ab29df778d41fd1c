using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Engine.Tests.Picking;

/// <summary>A picker and short words to drive it with.</summary>
internal sealed class PickerWorld
{
    private long _nextConnection;

    public PickerWorld(int pieces, int blocksPerPiece = 4, ulong seed = 1, PickStrategy strategy = PickStrategy.RarestFirst, int lastBlock = BlockRange.BlockLength)
    {
        Layout = LayoutOf(pieces, blocksPerPiece * BlockRange.BlockLength, BlockRange.BlockLength - lastBlock);
        Picker = new PiecePicker(Layout, new SeededRandom(seed), strategy);
    }

    public PieceLayout Layout { get; }

    public PiecePicker Picker { get; }

    public static PieceLayout LayoutOf(int pieces, int pieceLength, int cut = 0) => new(
        [new FileEntry { Index = new FileIndex(0), Path = "f", OriginalPath = "f", Length = Math.Max(0, ((long)pieces * pieceLength) - cut), Offset = 0 }],
        pieceLength);

    public static Bitfield Bits(int length, params int[] set)
    {
        var bits = new Bitfield(length);
        foreach (int bit in set)
            bits[bit] = true;
        return bits;
    }

    /// <summary>The priorities that want some pieces, normally, and no other.</summary>
    public static FilePriority[] Only(int length, params int[] wanted)
        => [.. Enumerable.Range(0, length).Select(piece => wanted.Contains(piece) ? FilePriority.Normal : FilePriority.Skip)];

    public ConnectionId Seeder()
    {
        ConnectionId peer = Peer();
        Picker.SetHaveAll(peer);
        return peer;
    }

    public ConnectionId Peer(params int[] pieces)
    {
        var peer = new ConnectionId(_nextConnection += 2);
        Picker.AddPeer(peer);
        if (pieces.Length > 0)
            Picker.SetHave(peer, Bits(Layout.PieceCount, pieces));
        return peer;
    }

    public BlockRange[] Pick(ConnectionId peer, int count, bool choked = false, bool snubbed = false, bool whole = false, long rate = 0, long? usual = null)
    {
        var into = new BlockRange[count];
        var who = new PickRequest(peer) { IsChoked = choked, IsSnubbed = snubbed, PrefersWholePieces = whole, BytesPerSecond = rate, UsualBytesPerSecond = usual ?? rate, IsRateSettled = (usual ?? rate) > 0 };
        int picked = Picker.Pick(who, into);
        Picker.CheckInvariants();
        return into[..picked];
    }

    public ReceiveOutcome Receive(BlockRange block, ConnectionId from)
    {
        ReceiveOutcome outcome = Picker.MarkReceived(block, from);
        Picker.CheckInvariants();
        return outcome;
    }

    /// <summary>Fetches a number of pieces from a peer that has all, so that the first random picks are over.</summary>
    public void Warm(int pieces = 4)
    {
        ConnectionId peer = Seeder();
        while (Picker.Have.Count < pieces)
        {
            foreach (BlockRange block in Pick(peer, 1))
            {
                if (Receive(block, peer).PieceIsWhole)
                    Picker.MarkVerified(block.Piece);
            }
        }

        Picker.RemovePeer(peer);
        Picker.CheckInvariants();
    }
}
