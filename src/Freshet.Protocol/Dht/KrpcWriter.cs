using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>Writes messages of the DHT into a buffer that is used again: what it gives is valid until the next message.</summary>
public sealed class KrpcWriter
{
    private readonly BencodeWriter _writer = new(DhtLimits.MaxAnswer);

    /// <summary>What our software calls itself: <c>FH</c> and two bytes of the version.</summary>
    public static ReadOnlySpan<byte> Version => "FH\x00\x01"u8;

    /// <summary>Writes a question.</summary>
    public ReadOnlyMemory<byte> Write(in KrpcQuery query)
    {
        _writer.Clear();
        _writer.Dictionary().Key("a"u8).Dictionary();
        Write("cas"u8, query.Cas);
        _writer.Key("id"u8).String(query.Id.Bytes);
        if (query.ImpliesPort)
            _writer.Key("implied_port"u8).Integer(1);
        if (query.Target is { } swarm && IsOfSwarm(query.Method))
            _writer.Key("info_hash"u8).String(swarm.Bytes);
        Write("k"u8, query.Key);
        if (query.WantsNoSeeds)
            _writer.Key("noseed"u8).Integer(1);
        if (query.Method == KrpcMethod.AnnouncePeer)
            _writer.Key("port"u8).Integer(query.Port);
        Write("salt"u8, query.Salt);
        if (query.WantsScrape)
            _writer.Key("scrape"u8).Integer(1);
        if (query.Method == KrpcMethod.AnnouncePeer)
            _writer.Key("seed"u8).Integer(query.IsSeed ? 1 : 0);
        Write("seq"u8, query.Sequence);
        Write("sig"u8, query.Signature);
        if (query.Target is { } target && !IsOfSwarm(query.Method) && query.Method != KrpcMethod.Put)
            _writer.Key("target"u8).String(target.Bytes);
        Write("token"u8, query.Token);
        if (!query.Value.IsEmpty)
            _writer.Key("v"u8).Raw(query.Value);
        WriteWant(query.Want);
        _writer.End().Key("q"u8).String(NameOf(query.Method));
        if (query.IsReadOnly)
            _writer.Key("ro"u8).Integer(1);
        _writer.Key("t"u8).String(query.TransactionId).Key("v"u8).String(Version).Key("y"u8).String("q"u8).End();
        return _writer.WrittenMemory;
    }

    /// <summary>Writes an answer.</summary>
    public ReadOnlyMemory<byte> Write(in KrpcAnswer answer)
    {
        _writer.Clear();
        _writer.Dictionary();
        WriteAsker(answer.Asker);
        _writer.Key("r"u8).Dictionary();
        Write("BFpe"u8, answer.PeerFilter);
        Write("BFsd"u8, answer.SeedFilter);
        _writer.Key("id"u8).String(answer.Id.Bytes);
        if (answer.HasSamples)
            _writer.Key("interval"u8).Integer(answer.Interval);
        Write("k"u8, answer.Key);
        if (answer.HasNodes4)
            _writer.Key("nodes"u8).String(answer.Nodes4);
        if (answer.HasNodes6)
            _writer.Key("nodes6"u8).String(answer.Nodes6);
        if (answer.HasSamples)
            _writer.Key("num"u8).Integer(answer.SwarmCount).Key("samples"u8).String(answer.Samples);
        Write("seq"u8, answer.Sequence);
        Write("sig"u8, answer.Signature);
        Write("token"u8, answer.Token);
        if (!answer.Value.IsEmpty)
            _writer.Key("v"u8).Raw(answer.Value);
        if (!answer.Peers.IsEmpty)
        {
            _writer.Key("values"u8).List();
            for (ReadOnlySpan<byte> peers = answer.Peers; !peers.IsEmpty; peers = peers[answer.PeerLength..])
                _writer.String(peers[..answer.PeerLength]);
            _writer.End();
        }

        _writer.End().Key("t"u8).String(answer.TransactionId).Key("v"u8).String(Version).Key("y"u8).String("r"u8).End();
        return _writer.WrittenMemory;
    }

    /// <summary>Writes an error.</summary>
    /// <param name="transactionId">What the query is known by to its sender.</param>
    /// <param name="asker">The asker.</param>
    /// <param name="code">The number.</param>
    /// <param name="text">A text, short.</param>
    public ReadOnlyMemory<byte> WriteError(ReadOnlySpan<byte> transactionId, NodeEndpoint asker, KrpcErrorCode code, ReadOnlySpan<byte> text)
    {
        _writer.Clear();
        _writer.Dictionary().Key("e"u8).List().Integer((int)code).String(text).End();
        WriteAsker(asker);
        _writer.Key("t"u8).String(transactionId).Key("v"u8).String(Version).Key("y"u8).String("e"u8).End();
        return _writer.WrittenMemory;
    }

    private static bool IsOfSwarm(KrpcMethod method) => method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer;

    private static ReadOnlySpan<byte> NameOf(KrpcMethod method) => method switch
    {
        KrpcMethod.Ping => "ping"u8,
        KrpcMethod.FindNode => "find_node"u8,
        KrpcMethod.GetPeers => "get_peers"u8,
        KrpcMethod.AnnouncePeer => "announce_peer"u8,
        KrpcMethod.Get => "get"u8,
        KrpcMethod.Put => "put"u8,
        KrpcMethod.SampleInfohashes => "sample_infohashes"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    private void WriteAsker(NodeEndpoint asker)
    {
        Span<byte> compact = stackalloc byte[NodeEndpoint.Length6];
        _writer.Key("ip"u8).String(compact[..asker.WriteCompact(compact)]);
    }

    private void WriteWant(KrpcWant want)
    {
        if (want == KrpcWant.None)
            return;
        _writer.Key("want"u8).List();
        if (want.HasFlag(KrpcWant.Nodes4))
            _writer.String("n4"u8);
        if (want.HasFlag(KrpcWant.Nodes6))
            _writer.String("n6"u8);
        _writer.End();
    }

    private void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            _writer.Key(key).String(value);
    }

    private void Write(ReadOnlySpan<byte> key, long? value)
    {
        if (value is { } number)
            _writer.Key(key).Integer(number);
    }
}
