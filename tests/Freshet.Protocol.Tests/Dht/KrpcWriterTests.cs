using System.Text;
using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>What is written is what others read.</summary>
public sealed class KrpcWriterTests
{
    private static readonly NodeId Id = new(Encoding.ASCII.GetBytes("abcdefghij0123456789"));
    private static readonly NodeId Target = new(Encoding.ASCII.GetBytes("mnopqrstuvwxyz123456"));
    private static readonly NodeEndpoint Asker = NodeEndpoint.Of(System.Net.IPEndPoint.Parse("5.6.7.8:6881"));
    private readonly KrpcWriter _writer = new();

    [Fact]
    public void Queries_look_as_the_beps_have_them()
    {
        const string End = "1:t2:aa1:v4:FH\0\u00011:y1:qe";
        Assert.Equal($"d1:ad2:id20:{Text(Id.Bytes)}e1:q4:ping{End}", Query(new KrpcQuery { Method = KrpcMethod.Ping, TransactionId = "aa"u8, Id = Id }));
        Assert.Equal(
            $"d1:ad2:id20:{Text(Id.Bytes)}6:target20:{Text(Target.Bytes)}4:wantl2:n42:n6ee1:q9:find_node2:roi1e{End}",
            Query(new KrpcQuery
            {
                Method = KrpcMethod.FindNode,
                TransactionId = "aa"u8,
                Id = Id,
                Target = Target,
                IsReadOnly = true,
                Want = KrpcWant.Nodes4 | KrpcWant.Nodes6,
            }));
        Assert.Equal(
            $"d1:ad2:id20:{Text(Id.Bytes)}9:info_hash20:{Text(Target.Bytes)}4:porti6881e4:seedi1e5:token8:aoeusnthe1:q13:announce_peer{End}",
            Query(new KrpcQuery
            {
                Method = KrpcMethod.AnnouncePeer,
                TransactionId = "aa"u8,
                Id = Id,
                Target = Target,
                Port = 6881,
                IsSeed = true,
                Token = "aoeusnth"u8,
            }));
        Assert.Equal(
            $"d1:ad3:casi3e2:id20:{Text(Id.Bytes)}1:k1:k4:salt1:s3:seqi4e3:sig1:g5:token1:t1:vi7ee1:q3:put{End}",
            Query(new KrpcQuery
            {
                Method = KrpcMethod.Put,
                TransactionId = "aa"u8,
                Id = Id,
                Target = Target,
                Cas = 3,
                Key = "k"u8,
                Salt = "s"u8,
                Sequence = 4,
                Signature = "g"u8,
                Token = "t"u8,
                Value = "i7e"u8,
            }));
    }

    [Fact]
    public void The_largest_answer_fits_into_a_frame_and_is_read_again()
    {
        byte[] peers = [.. Enumerable.Repeat<byte[]>([5, 6, 7, 8, 0x1A, 0xE1], 80).SelectMany(static peer => peer)];
        var answer = new KrpcAnswer
        {
            TransactionId = new byte[DhtLimits.MaxTransactionId],
            Id = Id,
            Asker = Asker,
            HasNodes4 = true,
            Nodes4 = new byte[8 * NodeContact.Length4],
            HasNodes6 = true,
            Nodes6 = new byte[8 * NodeContact.Length6],
            Token = new byte[8],
            Peers = peers,
            PeerLength = NodeEndpoint.Length4,
        };
        ReadOnlyMemory<byte> written = _writer.Write(answer);
        Assert.InRange(written.Length, 1200, DhtLimits.MaxAnswer);
        Assert.True(KrpcReader.TryRead(written.Span, out KrpcMessage read));
        Assert.Equal((Asker, Id), (read.External!.Value, read.Id!.Value));
        int count = 0;
        foreach (NodeEndpoint peer in read.Peers)
            count++;
        Assert.Equal(80, count);
    }

    [Fact]
    public void An_error_is_read_again()
    {
        Assert.True(KrpcReader.TryRead(_writer.WriteError("x"u8, Asker, KrpcErrorCode.CasMismatch, "no"u8).Span, out KrpcMessage read));
        Assert.Equal((KrpcKind.Error, 301L, "no"), (read.Kind, read.ErrorCode, Text(read.ErrorText)));
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private string Query(in KrpcQuery query)
    {
        string text = Text(_writer.Write(query).Span);
        Assert.True(BencodeDocument.TryParse(Encoding.Latin1.GetBytes(text), BencodeLimits.Wire, out BencodeDocument document, out _));
        Assert.Equal(-1, document.FirstUnsortedKey);
        return text;
    }
}
