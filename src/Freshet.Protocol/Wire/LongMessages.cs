using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The messages that must be whole to be read: a bitfield, BEP 10's handshake, peer exchange, those of metadata, and on v2 swarms those of hashes. What is kept of one grows as bytes come, never by what a
/// length says: a length that is announced costs the peer as many bytes as it costs us.
/// </summary>
internal sealed class LongMessages(ConnectionId connection, HashMessages? hashes)
{
    private RentedBytes _kept;
    private MessageId _kind;
    private byte _extension;
    private int _left;
    private int _handshakes;

    /// <summary>The number that the peer wants for BEP 54's message; 0 while it has named none, or switched it off.</summary>
    public byte DontHaveNumber { get; private set; }

    /// <summary>The number that the peer wants for BEP 11's message; 0 while it has named none, or switched it off.</summary>
    public byte PeerExchangeNumber { get; private set; }

    /// <summary>The messages of BEP 9.</summary>
    public MetadataMessages Metadata => field ??= new MetadataMessages(connection);

    /// <summary>How many pieces there are; null while that is not known, and nothing may begin with a bitfield.</summary>
    public PieceLayout? Layout { get; set; }

    /// <summary>Whether all of the message is here.</summary>
    public bool IsWhole => _left == 0;

    /// <summary>Begins with a bitfield; false where the body's length is not the torrent's.</summary>
    public bool TryBeginBitfield(int length) => length == (Layout!.PieceCount + 7) / 8 && Begin(MessageId.Bitfield, length);

    /// <summary>Begins with an extension handshake; false where it is too long, or one too many: it is ignored then.</summary>
    public bool TryBeginHandshake(int length)
        => length <= WireLimits.MaxExtensionHandshake && _handshakes++ < WireLimits.MaxExtensionHandshakes && BeginExtended(ExtensionNumbers.Handshake, length);

    /// <summary>Begins with a message of peer exchange; false where it is too long: it is ignored then.</summary>
    public bool TryBeginPeerExchange(int length) => length <= WireLimits.MaxPeerExchange && BeginExtended(ExtensionNumbers.PeerExchange, length);

    /// <summary>Begins with a message of BEP 9; false where it is too long.</summary>
    public bool TryBeginMetadata(int length) => length <= Metadata.LongestBody && BeginExtended(ExtensionNumbers.Metadata, length);

    /// <summary>Begins with a message of hashes, on a connection of a v2 swarm; false where it is too long for its kind.</summary>
    public bool TryBeginHashes(MessageId kind, int length) => length <= hashes!.LongestBody(kind) && Begin(kind, length);

    /// <summary>Takes from the front of the bytes what belongs to the message, and posts what it says once it is whole.</summary>
    /// <param name="bytes">What came.</param>
    /// <param name="sink">Takes the event.</param>
    /// <param name="taken">How many bytes were taken.</param>
    /// <returns>False where the message breaks a rule.</returns>
    public bool TryTake(ReadOnlySpan<byte> bytes, IPeerEventSink sink, out int taken)
    {
        taken = Math.Min(_left, bytes.Length);
        _left -= taken;
        if (_kept.Length == 0 && IsWhole)
            return Read(bytes[..taken], sink);
        _kept.Append(bytes[..taken]);
        if (!IsWhole)
            return true;
        bool isRight = Read(_kept.Bytes, sink);
        _kept.Release();
        return isRight;
    }

    /// <summary>Reads a bitfield that is whole; false where it breaks a rule.</summary>
    public bool ReadBitfield(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        if (!Bitfield.TryParse(body, Layout!.PieceCount, out Bitfield? bitfield))
            return false;
        sink.Post(new PeerEvent(PeerEventKind.Bitfield, connection) { Payload = bitfield });
        return true;
    }

    /// <summary>Gives back what was kept.</summary>
    public void Release() => _kept.Release();

    private bool Begin(MessageId kind, int length)
    {
        _kind = kind;
        _left = length;
        return true;
    }

    private bool BeginExtended(byte extension, int length)
    {
        _extension = extension;
        return Begin(MessageId.Extended, length);
    }

    private bool Read(ReadOnlySpan<byte> body, IPeerEventSink sink) => _kind switch
    {
        MessageId.Bitfield => ReadBitfield(body, sink),
        MessageId.Extended => _extension switch
        {
            ExtensionNumbers.Metadata => Metadata.Take(body, sink),
            ExtensionNumbers.PeerExchange => ReadPeerExchange(body, sink),
            _ => ReadHandshake(body, sink),
        },
        _ => hashes!.Take(_kind, body, sink),
    };

    private bool ReadHandshake(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        if (!ExtensionHandshakeCodec.TryParse(body, out ExtensionHandshake? handshake))
            return false;
        if (handshake.Messages.TryGetValue(ExtensionNumbers.DontHaveName, out byte number))
            DontHaveNumber = number;
        if (handshake.Messages.TryGetValue(ExtensionNumbers.MetadataName, out number))
            Metadata.Number = number;
        if (handshake.Messages.TryGetValue(ExtensionNumbers.PeerExchangeName, out number))
            PeerExchangeNumber = number;
        sink.Post(new PeerEvent(PeerEventKind.ExtensionHandshake, connection) { Payload = handshake });
        return true;
    }

    private bool ReadPeerExchange(ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        if (!PexCodec.TryParse(body, out PexMessage? message))
            return false;
        sink.Post(new PeerEvent(PeerEventKind.PeerExchange, connection) { Payload = message });
        return true;
    }
}
