using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>Turns commands into messages, as far as the peer knows them, and keeps what was asked for in step.</summary>
internal sealed class CommandEncoder(
    WireEncoder encoder, WireDecoder decoder, OutgoingBlocks blocks, BlockPool pool, bool hasFast, bool hasExtensions)
{
    /// <summary>Queues the message of a command; the lease of a block goes back to the pool.</summary>
    /// <exception cref="InvalidOperationException">The command opens connections.</exception>
    public void Write(in PeerCommand command, IPeerEventSink sink)
    {
        switch (command.Kind)
        {
            case PeerCommandKind.Choke:
                encoder.Signal(MessageId.Choke);
                blocks.Choke(sink);
                break;
            case PeerCommandKind.Unchoke:
                encoder.Signal(MessageId.Unchoke);
                break;
            case PeerCommandKind.Interested:
                encoder.Signal(MessageId.Interested);
                break;
            case PeerCommandKind.NotInterested:
                encoder.Signal(MessageId.NotInterested);
                break;
            case PeerCommandKind.Have:
                encoder.Piece(MessageId.Have, command.Range.Piece);
                break;
            case PeerCommandKind.Bitfield:
                WriteBitfield((Bitfield?)command.Payload);
                break;
            case PeerCommandKind.Request:
                decoder.Requests.Add(command.Range);
                encoder.Range(MessageId.Request, command.Range);
                break;
            case PeerCommandKind.Cancel:
                decoder.Withdraw(command.Range);
                encoder.Range(MessageId.Cancel, command.Range);
                break;
            case PeerCommandKind.Forget:
                decoder.Withdraw(command.Range);
                break;
            case PeerCommandKind.Reject:
                blocks.Settle(command.Range);
                if (hasFast)
                    encoder.Reject(command.Range);
                break;
            case PeerCommandKind.Suggest when hasFast:
                encoder.Piece(MessageId.Suggest, command.Range.Piece);
                break;
            case PeerCommandKind.AllowedFast when hasFast:
                blocks.AllowFast(command.Range.Piece);
                encoder.Piece(MessageId.AllowedFast, command.Range.Piece);
                break;
            case PeerCommandKind.Suggest or PeerCommandKind.AllowedFast:
                // The peer does not know BEP 6: to it, silence says the same.
                break;
            case PeerCommandKind.Port:
                encoder.Port(command.Value);
                break;
            case PeerCommandKind.ExtensionHandshake:
                WriteExtensions((ExtensionHandshake)command.Payload!);
                break;
            case PeerCommandKind.Serve:
                blocks.Add(command.Range);
                break;
            case PeerCommandKind.Withdraw:
                blocks.Withdraw(command.Range, sink);
                break;
            case PeerCommandKind.SendBlock:
                blocks.Settle(command.Range);
                encoder.Block(command.Range, pool.Span(command.Lease)[..command.Range.Length]);
                pool.Return(command.Lease);
                break;
            case PeerCommandKind.HashRequest when decoder.Hashes is { } hashes:
                hashes.Ask((HashRequest)command.Payload!);
                encoder.Hashes(MessageId.HashRequest, (HashRequest)command.Payload!);
                break;
            case PeerCommandKind.Hashes:
                encoder.Hashes((HashAnswer)command.Payload!);
                break;
            case PeerCommandKind.HashReject:
                encoder.Hashes(MessageId.HashReject, (HashRequest)command.Payload!);
                break;
            case PeerCommandKind.MetadataRequest:
                decoder.Metadata.Ask(command.Value);
                WriteMetadata(new MetadataMessage(MetadataMessageKind.Request, command.Value));
                break;
            case PeerCommandKind.Metadata:
                WriteMetadata((MetadataPiece)command.Payload!);
                break;
            case PeerCommandKind.MetadataReject:
                WriteMetadata(new MetadataMessage(MetadataMessageKind.Reject, command.Value));
                break;
            case PeerCommandKind.KeepAlive:
                encoder.KeepAlive();
                break;
            case PeerCommandKind.PeerExchange:
                WritePeerExchange((PexMessage)command.Payload!);
                break;
            case PeerCommandKind.DontHave:
                WriteDontHave(command.Range.Piece);
                break;
            default:
                throw new InvalidOperationException($"{command.Kind} is not for {command.Connection}, which is connected already.");
        }
    }

    private void WriteDontHave(PieceIndex piece)
    {
        if (decoder.DontHaveNumber == 0)
            return;
        Span<byte> body = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(body, piece.Value);
        encoder.Extended(decoder.DontHaveNumber, body);
    }

    private void WritePeerExchange(PexMessage message)
    {
        if (decoder.PeerExchangeNumber == 0)
            return;
        var writer = new BencodeWriter();
        PexCodec.Write(message, writer);
        encoder.Extended(decoder.PeerExchangeNumber, writer.Written);
    }

    private void WriteBitfield(Bitfield? bitfield)
    {
        if (hasFast && bitfield is { IsFull: true })
            encoder.Signal(MessageId.HaveAll);
        else if (hasFast && bitfield is not { IsEmpty: false })
            encoder.Signal(MessageId.HaveNone);
        else if (bitfield is { IsEmpty: false })
            encoder.Bitfield(bitfield);
    }

    private void WriteMetadata(MetadataMessage message, ReadOnlySpan<byte> piece = default)
    {
        if (decoder.Metadata.Number == 0)
            return;
        var writer = new BencodeWriter();
        MetadataCodec.Write(message, writer);
        encoder.Extended(decoder.Metadata.Number, writer.Written, piece);
    }

    // Who asks and does not read is declined (THREATS W2): the asking costs 30 bytes and the answer 16 KiB.
    private void WriteMetadata(MetadataPiece piece)
    {
        if (encoder.Output.Length > WireLimits.SendHighWater)
            WriteMetadata(new MetadataMessage(MetadataMessageKind.Reject, piece.Index));
        else
            WriteMetadata(new MetadataMessage(MetadataMessageKind.Data, piece.Index, piece.TotalSize), piece.Bytes.Span);
    }

    private void WriteExtensions(ExtensionHandshake handshake)
    {
        if (!hasExtensions)
            return;
        var writer = new BencodeWriter();
        ExtensionHandshakeCodec.Write(handshake, writer);
        encoder.Extended(ExtensionNumbers.Handshake, writer.Written);
    }
}
