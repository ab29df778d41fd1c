using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Gives peers the hashes that they ask for (BEP 52): of the piece layers that are known, and the leaves of pieces that are here. Everything else, and what goes beyond a
/// peer's measure, is declined (THREATS B5). Whether a peer is choked does not matter.
/// </summary>
internal sealed class HashServer(Torrent torrent, HashTrees trees)
{
    /// <summary>A peer asks.</summary>
    public DisconnectReason OnRequest(PeerConnection peer, HashRequest request, MonoTime now)
    {
        if (request.IsWellFormed && (request.BaseLayer == 0 && TryReadLeaves(peer, request, now) || TryAnswer(peer, request, now)))
            return DisconnectReason.None;
        peer.Send(PeerCommandKind.HashReject, request);

        // Asking on and on for what is not given is no use to anybody.
        return peer.MayFlap(now) ? DisconnectReason.None : DisconnectReason.ProtocolError;
    }

    private bool TryAnswer(PeerConnection peer, HashRequest request, MonoTime now)
    {
        if (!peer.HashBudget.TrySpend(request.HashCount, now) || trees.Layers.Answer(request) is not { } answer)
            return false;
        peer.Send(PeerCommandKind.Hashes, answer);
        return true;
    }

    private bool TryReadLeaves(PeerConnection peer, HashRequest request, MonoTime now)
    {
        PieceTrees geometry = trees.Layers.Trees;
        if (geometry.FileOf(request.Root) is not { } file || !request.IsWithin(PieceTrees.HeightOf(file)))
            return false;
        PieceIndex first = geometry.FirstPieceOf(file);
        int height = geometry.HeightOf(first);
        int inFile = request.Index >> height;
        if (request.SubtreeHeight > height || inFile >= geometry.PiecesIn(file))
            return false;
        var piece = new PieceIndex(first.Value + inFile);
        return torrent.Picker.Have[piece] && torrent.InitialSeeding.IsShown(peer, piece)
            && peer.HashBudget.TrySpend(geometry.LeavesIn(piece), now)
            && torrent.Storage is { } storage && storage.ReadLeaves(piece, new Reading(this, peer, request), now);
    }

    private sealed class Reading(HashServer server, PeerConnection peer, HashRequest request) : ILeafRequester
    {
        public void LeavesRead(PieceIndex piece, Sha256Hash[]? leaves, MonoTime now)
        {
            if (!peer.IsReady)
                return;
            if (leaves is not null && server.Layers.AnswerLeaves(request, piece, leaves) is { } answer)
                peer.Send(PeerCommandKind.Hashes, answer);
            else
                peer.Send(PeerCommandKind.HashReject, request);
        }
    }

    private PieceLayers Layers => trees.Layers;
}
