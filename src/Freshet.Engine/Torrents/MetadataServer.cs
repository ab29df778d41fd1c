using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Gives peers the pieces of the info dictionary that they ask for (BEP 9), choked or not. Who asks too much is declined, and who does not read what it asked for is
/// declined by the connection (THREATS W2). Nobody is given that of a private torrent: who may be in its swarm has it.
/// </summary>
internal sealed class MetadataServer(Torrent torrent)
{
    /// <summary>The size that peers are told; null where there is nothing to give.</summary>
    public int? Size => torrent.KnownMetainfo is { IsPrivate: false } metainfo && metainfo.InfoBytes.Length is > 0 and <= MetadataPieces.MaxSize and var size ? size : null;

    /// <summary>A peer asks.</summary>
    public DisconnectReason OnRequest(PeerConnection peer, int piece, MonoTime now)
    {
        if (Size is { } size && piece >= 0 && piece < MetadataPieces.CountOf(size) && peer.MetadataBudget.TrySpend(1, now))
        {
            ReadOnlyMemory<byte> bytes = torrent.Metainfo.InfoBytes.Slice(piece * MetadataPieces.Length, MetadataPieces.LengthOf(size, piece));
            peer.Send(PeerCommandKind.Metadata, new MetadataPiece(piece, size, bytes));
            return DisconnectReason.None;
        }

        peer.Send(PeerCommandKind.MetadataReject, piece);
        return peer.MayFlap(now) ? DisconnectReason.None : DisconnectReason.ProtocolError;
    }
}
