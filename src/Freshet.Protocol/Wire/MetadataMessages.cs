using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The messages of BEP 9 on one connection: bounds each before it is kept, and lets in only pieces that were asked for, as long as the sender's own total size says
/// (THREATS B7). Whether the bytes are right is the engine's business.
/// </summary>
internal sealed class MetadataMessages(ConnectionId connection)
{
    // As many as the engine keeps outstanding at one peer.
    private readonly List<int> _asked = [];
    private int _straysLeft = WireLimits.MaxStrayRejects;

    /// <summary>The number that the peer wants for these messages; 0 while it has named none, or switched them off.</summary>
    public byte Number { get; set; }

    /// <summary>We ask.</summary>
    public void Ask(int piece)
    {
        if (!_asked.Contains(piece))
            _asked.Add(piece);
    }

    /// <summary>The longest body that a message may have now.</summary>
    public int LongestBody => MetadataCodec.MaxHead + (_asked.Count > 0 ? MetadataPieces.Length : 0);

    /// <summary>Takes a message whose body is whole.</summary>
    /// <returns>False where it breaks a rule.</returns>
    public bool Take(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        if (!MetadataCodec.TryParse(body, out MetadataMessage message, out int headLength))
            return false;
        switch (message.Kind)
        {
            case MetadataMessageKind.Request:
                sink.Post(new PeerEvent(PeerEventKind.MetadataRequest, connection) { Value = message.Piece });
                return true;
            case MetadataMessageKind.Data when !_asked.Remove(message.Piece):
            case MetadataMessageKind.Reject when !_asked.Remove(message.Piece):
                return --_straysLeft >= 0;
            case MetadataMessageKind.Data:
                return TakePiece(message, body[headLength..], sink);
            case MetadataMessageKind.Reject:
                sink.Post(new PeerEvent(PeerEventKind.MetadataReject, connection) { Value = message.Piece });
                return true;
            default:
                return true;
        }
    }

    private bool TakePiece(MetadataMessage message, ReadOnlySpan<byte> bytes, IPeerEventSink sink)
    {
        if (message.TotalSize is 0 or > MetadataPieces.MaxSize || message.Piece >= MetadataPieces.CountOf(message.TotalSize)
            || bytes.Length != MetadataPieces.LengthOf(message.TotalSize, message.Piece))
        {
            return false;
        }

        sink.Post(new PeerEvent(PeerEventKind.Metadata, connection) { Payload = new MetadataPiece(message.Piece, message.TotalSize, bytes.ToArray()) });
        return true;
    }
}
