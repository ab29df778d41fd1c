using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>
/// Reads messages of the DHT in one pass and without allocating. Keys may come in any order, what is not known is passed over, a field of a wrong kind counts as
/// missing; only what cannot be answered is refused. Bytes after the message are ignored, as others do.
/// </summary>
public static class KrpcReader
{
    /// <summary>Reads a datagram. False where it is no message, or none that anybody could answer.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out KrpcMessage message)
    {
        message = default;
        if (datagram.Length > DhtLimits.MaxDatagram || datagram.IsEmpty || datagram[0] != (byte)'d')
            return false;
        KrpcMessage read = default;
        var reader = new BencodeReader(datagram, DhtLimits.Bencode);
        reader.Read();
        byte kind = 0;
        bool hasQuery = false;
        bool hasAnswer = false;
        bool hasError = false;
        while (reader.Read() && reader.Depth > 0)
        {
            ReadOnlySpan<byte> key = reader.Bytes;
            if (!reader.Read())
                return false;
            switch (key)
            {
                case [(byte)'t'] when IsString(reader):
                    read.TransactionId = reader.Bytes;
                    break;
                case [(byte)'y'] when IsString(reader):
                    kind = reader.Bytes is [var first, ..] ? first : (byte)0;
                    break;
                case [(byte)'q'] when IsString(reader):
                    hasQuery = true;
                    read.Method = MethodOf(reader.Bytes);
                    break;
                case [(byte)'v'] when IsString(reader):
                    read.Version = reader.Bytes;
                    break;
                case [(byte)'r', (byte)'o'] when reader.Token == BencodeToken.Integer:
                    read.IsReadOnly = reader.Integer != 0;
                    break;
                case [(byte)'i', (byte)'p'] when IsString(reader):
                    read.External = ReadExternal(reader.Bytes);
                    break;
                case [(byte)'a'] or [(byte)'r'] when reader.Token == BencodeToken.DictionaryStart:
                    hasAnswer |= key[0] == (byte)'r';
                    if (!ReadFields(ref reader, datagram, ref read))
                        return false;
                    break;
                case [(byte)'e'] when reader.Token == BencodeToken.ListStart:
                    hasError = true;
                    if (!ReadError(ref reader, ref read))
                        return false;
                    break;
            }

            if (!reader.Skip())
                return false;
        }

        // Some send no "y"; what else is there tells the same.
        read.Kind = kind switch
        {
            (byte)'q' => KrpcKind.Query,
            (byte)'r' => KrpcKind.Answer,
            (byte)'e' => KrpcKind.Error,
            _ => hasQuery ? KrpcKind.Query : hasAnswer ? KrpcKind.Answer : KrpcKind.Error,
        };
        bool isWhole = read.Kind switch
        {
            KrpcKind.Query => hasQuery,
            KrpcKind.Answer => hasAnswer,
            _ => hasError || kind == (byte)'e',
        };
        message = read;
        return reader.IsComplete && isWhole && read.TransactionId.Length is > 0 and <= DhtLimits.MaxTransactionId;
    }

    private static bool IsString(in BencodeReader reader) => reader.Token == BencodeToken.String;

    private static KrpcMethod MethodOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("get_peers"u8))
            return KrpcMethod.GetPeers;
        if (name.SequenceEqual("find_node"u8))
            return KrpcMethod.FindNode;
        if (name.SequenceEqual("ping"u8))
            return KrpcMethod.Ping;
        if (name.SequenceEqual("announce_peer"u8))
            return KrpcMethod.AnnouncePeer;
        if (name.SequenceEqual("get"u8))
            return KrpcMethod.Get;
        if (name.SequenceEqual("put"u8))
            return KrpcMethod.Put;
        return name.SequenceEqual("sample_infohashes"u8) ? KrpcMethod.SampleInfohashes : KrpcMethod.Unknown;
    }

    private static NodeEndpoint? ReadExternal(ReadOnlySpan<byte> bytes)
    {
        // With a port or, of older nodes, without.
        Span<byte> compact = stackalloc byte[NodeEndpoint.Length6];
        switch (bytes.Length)
        {
            case NodeEndpoint.Length4 or NodeEndpoint.Length6:
                return NodeEndpoint.ReadCompact(bytes);
            case NodeEndpoint.Length4 - 2 or NodeEndpoint.Length6 - 2:
                compact.Clear();
                bytes.CopyTo(compact);
                return NodeEndpoint.ReadCompact(compact[..(bytes.Length + 2)]);
            default:
                return null;
        }
    }

    private static bool ReadError(scoped ref BencodeReader reader, scoped ref KrpcMessage message)
    {
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth >= depth)
        {
            if (reader.Token == BencodeToken.Integer && reader.Depth == depth)
                message.ErrorCode = reader.Integer;
            else if (IsString(reader) && reader.Depth == depth)
                message.ErrorText = reader.Bytes;
        }

        return !reader.Error.IsError;
    }

    /// <summary>Reads the dictionary that the reader has just opened, to its end.</summary>
    private static bool ReadFields(scoped ref BencodeReader reader, ReadOnlySpan<byte> datagram, scoped ref KrpcMessage message)
    {
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth >= depth)
        {
            ReadOnlySpan<byte> key = reader.Bytes;
            if (!reader.Read())
                return false;
            int start = reader.TokenStart;
            if (reader.Token == BencodeToken.String)
                TakeString(key, reader.Bytes, ref message);
            else if (reader.Token == BencodeToken.Integer)
                TakeInteger(key, reader.Integer, ref message);
            else if (reader.Token == BencodeToken.ListStart && key.SequenceEqual("want"u8) && !ReadWant(ref reader, ref message))
                return false;
            bool isList = reader.Token == BencodeToken.ListStart;
            if (!reader.Skip())
                return false;
            if (isList && key.SequenceEqual("values"u8))
                message.Peers = new KrpcPeers(datagram[start..reader.Position]);
            else if (key is [(byte)'v'])
                message.Value = datagram[start..reader.Position];
        }

        return !reader.Error.IsError;
    }

    private static bool ReadWant(scoped ref BencodeReader reader, scoped ref KrpcMessage message)
    {
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth >= depth)
        {
            if (!IsString(reader))
                continue;
            if (reader.Bytes.SequenceEqual("n4"u8))
                message.Want |= KrpcWant.Nodes4;
            else if (reader.Bytes.SequenceEqual("n6"u8))
                message.Want |= KrpcWant.Nodes6;
        }

        return !reader.Error.IsError;
    }

    private static void TakeString(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, scoped ref KrpcMessage message)
    {
        switch (key)
        {
            case [(byte)'i', (byte)'d'] when value.Length == NodeId.Length:
                message.Id = new NodeId(value);
                break;
            case [(byte)'k']:
                message.Key = value;
                break;
            case [(byte)'s', (byte)'i', (byte)'g']:
                message.Signature = value;
                break;
            case [(byte)'B', (byte)'F', (byte)'s', (byte)'d'] when value.Length == ScrapeFilter.Length:
                message.SeedFilter = value;
                break;
            case [(byte)'B', (byte)'F', (byte)'p', (byte)'e'] when value.Length == ScrapeFilter.Length:
                message.PeerFilter = value;
                break;
            default:
                TakeNamed(key, value, ref message);
                break;
        }
    }

    private static void TakeNamed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, scoped ref KrpcMessage message)
    {
        if (value.Length == NodeId.Length && (key.SequenceEqual("info_hash"u8) || key.SequenceEqual("target"u8)))
        {
            message.Target = new NodeId(value);
        }
        else if (key.SequenceEqual("nodes"u8))
        {
            message.Nodes4 = value;
        }
        else if (key.SequenceEqual("nodes6"u8))
        {
            message.Nodes6 = value;
        }
        else if (key.SequenceEqual("token"u8))
        {
            message.Token = value;
        }
        else if (key.SequenceEqual("salt"u8))
        {
            message.Salt = value;
        }
        else if (key.SequenceEqual("samples"u8))
        {
            message.HasSamples = true;
            message.Samples = value[..(value.Length / NodeId.Length * NodeId.Length)];
        }
    }

    private static void TakeInteger(ReadOnlySpan<byte> key, long value, scoped ref KrpcMessage message)
    {
        if (key.SequenceEqual("port"u8))
            message.Port = value is > 0 and <= ushort.MaxValue ? (ushort)value : (ushort)0;
        else if (key.SequenceEqual("implied_port"u8))
            message.ImpliesPort = value != 0;
        else if (key.SequenceEqual("seed"u8))
            message.IsSeed = value == 1;
        else if (key.SequenceEqual("noseed"u8))
            message.WantsNoSeeds = value == 1;
        else if (key.SequenceEqual("scrape"u8))
            message.WantsScrape = value == 1;
        else if (key.SequenceEqual("seq"u8))
            message.Sequence = value;
        else if (key.SequenceEqual("cas"u8))
            message.Cas = value;
        else if (key.SequenceEqual("interval"u8))
            message.Interval = value;
        else if (key.SequenceEqual("num"u8))
            message.SwarmCount = value;
    }
}
