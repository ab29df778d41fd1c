using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Fuzz.Targets;

/// <summary>Makes well-formed messages of the DHT of every kind.</summary>
internal static class DhtMessages
{
    private static readonly KrpcWriter Writer = new();

    /// <summary>A query or an answer with any of the fields that there are.</summary>
    public static byte[] Any(SeededRandom random) => random.Next(5) switch
    {
        0 => Writer.WriteError(Bytes(random, 1 + random.Next(8)), Endpoint(random), KrpcErrorCode.Protocol, Bytes(random, random.Next(40))).ToArray(),
        1 or 2 => Answer(random, Bytes(random, 1 + random.Next(8))),
        _ => Query(random, (KrpcMethod)(1 + random.Next((int)KrpcMethod.SampleInfohashes)), Bytes(random, 1 + random.Next(8))),
    };

    /// <summary>A query of a method.</summary>
    public static byte[] Query(SeededRandom random, KrpcMethod method, ReadOnlySpan<byte> token)
    {
        bool isMutable = random.Chance(0.5);
        return Writer.Write(new KrpcQuery
        {
            Method = method,
            TransactionId = Bytes(random, 1 + random.Next(DhtLimits.MaxTransactionId)),
            Id = NodeId.Random(random),
            Target = method == KrpcMethod.Ping ? null : NodeId.Random(random),
            IsReadOnly = random.Chance(0.1),
            Want = (KrpcWant)random.Next(4),
            Token = token,
            Port = (ushort)random.Next(65536),
            ImpliesPort = random.Chance(0.5),
            IsSeed = random.Chance(0.5),
            WantsScrape = random.Chance(0.2),
            WantsNoSeeds = random.Chance(0.2),
            Value = method == KrpcMethod.Put ? Value(random) : default,
            Key = method == KrpcMethod.Put && isMutable ? Bytes(random, 32) : default,
            Signature = method == KrpcMethod.Put && isMutable ? Bytes(random, 64) : default,
            Salt = method == KrpcMethod.Put && isMutable ? Bytes(random, random.Next(70)) : default,
            Sequence = random.Chance(0.5) ? random.Next(1000) : null,
            Cas = random.Chance(0.2) ? random.Next(1000) : null,
        }).ToArray();
    }

    /// <summary>An answer to a query.</summary>
    public static byte[] Answer(SeededRandom random, ReadOnlySpan<byte> transactionId)
    {
        var answer = new KrpcAnswer
        {
            TransactionId = transactionId,
            Id = NodeId.Random(random),
            Asker = Endpoint(random),
            HasNodes4 = random.Chance(0.7),
            Nodes4 = Bytes(random, random.Next(9) * NodeContact.Length4),
            HasNodes6 = random.Chance(0.3),
            Nodes6 = Bytes(random, random.Next(9) * NodeContact.Length6),
            Token = Bytes(random, random.Next(80)),
            Peers = Bytes(random, random.Next(20) * NodeEndpoint.Length4),
            PeerLength = NodeEndpoint.Length4,
        };
        if (random.Chance(0.2))
            answer.SeedFilter = answer.PeerFilter = Bytes(random, ScrapeFilter.Length);
        if (random.Chance(0.3))
        {
            answer.Value = Value(random);
            answer.Key = Bytes(random, 32);
            answer.Signature = Bytes(random, 64);
            answer.Sequence = random.Next(1000);
        }

        if (random.Chance(0.3))
        {
            answer.HasSamples = true;
            answer.Samples = Bytes(random, random.Next(21) * NodeId.Length);
            answer.SwarmCount = random.Next(3000);
        }

        return Writer.Write(answer).ToArray();
    }

    public static byte[] Bytes(SeededRandom random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static NodeEndpoint Endpoint(SeededRandom random) => NodeEndpoint.ReadCompact(Bytes(random, random.Chance(0.5) ? NodeEndpoint.Length4 : NodeEndpoint.Length6));

    private static byte[] Value(SeededRandom random) => random.Chance(0.5)
        ? new BencodeWriter().String(Bytes(random, random.Next(1100))).ToArray()
        : new BencodeWriter().Dictionary().Key("a"u8).List().Integer(1).String("x").End().Key("b"u8).Integer(random.Next(99)).End().ToArray();
}
