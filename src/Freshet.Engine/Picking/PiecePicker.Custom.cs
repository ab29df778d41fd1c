using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <content>What somebody else's picker sees, and what becomes of its proposals.</content>
public sealed partial class PiecePicker
{
    private readonly PieceView _view;

    /// <summary>Somebody else's choice of pieces, asked before the strategy; null: none, or it has failed.</summary>
    public IPiecePicker? Custom { get; set; }

    /// <summary>Told once, with the reason, when <see cref="Custom"/> has failed and is given up.</summary>
    public Action<string>? CustomFailed { get; set; }

    /// <summary>What the custom picker proposes; -1: it leaves the choice, or there is none to ask.</summary>
    private int AskCustom(PeerPieces peer)
    {
        if (Custom is not { } custom)
            return PeerPieces.NoPiece;
        _view.Peer = peer;
        string failure;
        try
        {
            if (custom.Choose(_view) is not { } piece)
                return PeerPieces.NoPiece;
            if ((uint)piece.Value < (uint)Have.Length && CanBegin(piece.Value, peer))
                return piece.Value;
            failure = $"it proposed piece {piece}, which cannot be begun";
        }
        catch (Exception exception)
        {
            // Not ours: whatever it throws must not end the session.
            failure = $"{exception.GetType().Name}: {exception.Message}";
        }
        finally
        {
            _view.Peer = null;
        }

        Custom = null;
        Strategy = PickStrategy.RarestFirst;
        CustomFailed?.Invoke(failure);
        return PeerPieces.NoPiece;
    }

    private bool CanBegin(int piece, PeerPieces peer) => _order.Contains(piece) && peer.Has(piece);

    private sealed class PieceView(PiecePicker picker) : IPieceView
    {
        public PeerPieces? Peer { get; set; }

        PieceLayout IPieceView.Layout => picker._layout;

        ConnectionId IPieceView.Peer => Present.Id;

        long IPieceView.PeerBytesPerSecond => Present.BytesPerSecond;

        int IPieceView.PeerCount => picker.PeerCount;

        private PeerPieces Present => Peer ?? throw new InvalidOperationException("A view of pieces is valid only while the picker is asked.");

        bool IPieceView.CanBegin(PieceIndex piece) => picker.CanBegin(Known(piece), Present);

        bool IPieceView.PeerHas(PieceIndex piece) => Present.Has(Known(piece));

        PieceState IPieceView.StateOf(PieceIndex piece) => picker.StateOf(new PieceIndex(Known(piece)));

        FilePriority IPieceView.PriorityOf(PieceIndex piece) => picker.PriorityOf(new PieceIndex(Known(piece)));

        int IPieceView.AvailabilityOf(PieceIndex piece) => picker.AvailabilityOf(new PieceIndex(Known(piece)));

        PieceIndex? IPieceView.NextFrom(PieceIndex piece)
            => OrNone(piece.Value < 0 ? throw new ArgumentOutOfRangeException(nameof(piece)) : picker._order.FindFrom(piece.Value, Pieces));

        PieceIndex? IPieceView.Rarest() => OrNone(picker._order.Find(SearchOrder.Rarest, Pieces, FilePriority.Skip, ref Present.Barren));

        private PieceSet? Pieces => Present.HasAll ? null : Present.Some;

        private int Known(PieceIndex piece)
        {
            _ = Present;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)piece.Value, (uint)picker.Have.Length, nameof(piece));
            return piece.Value;
        }

        private static PieceIndex? OrNone(int piece) => piece < 0 ? null : new PieceIndex(piece);
    }
}
