using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>Items (BEP 44): put, found, replaced by rule, and bounded (THREATS U3, U4).</summary>
public sealed class ItemTests
{
    private const string Own = "20.1.1.1:6881";
    private const string Stranger = "30.1.1.1:6881";
    private static readonly byte[] Seed = new byte[32];
    private readonly DhtRig _rig = new();

    [Fact]
    public void An_immutable_item_is_found_by_its_hash()
    {
        DhtNode[] nodes = _rig.Network(40);
        var item = new DhtItem { Value = "12:Hello World!"u8.ToArray() };
        DhtOperation put = nodes[1].PutItem(item, null, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal((8, 0), (put.Stored, put.Refused));
        var log = new SinkLog();
        nodes[30].GetItem(item.Target, log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(item.Value.ToArray(), Assert.Single(log.Items).Value.ToArray());
        Assert.Equal(1, log.Ends);
    }

    [Fact]
    public void Of_a_mutable_item_the_newest_is_found_although_some_nodes_have_older_ones()
    {
        DhtNode[] nodes = _rig.Network(40);
        DhtItem old = Item(1, "3:old", "salt");
        nodes[1].PutItem(old, null, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        DhtOperation put = nodes[2].PutItem(Item(2, "3:new", "salt"), 1, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(8, put.Stored);

        // Somebody clings to the old one: it is refused wherever the new one is.
        DhtOperation again = nodes[3].PutItem(old, null, new SinkLog(), _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal((0, 8, 302L), (again.Stored, again.Refused, again.LastError));
        var log = new SinkLog();
        DhtOperation get = nodes[30].GetItem(old.Key, old.Salt, log, _rig.Now);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(2, get.Item!.Sequence);
        Assert.Equal("3:new"u8.ToArray(), get.Item.Value.ToArray());
    }

    [Fact]
    public void What_may_not_be_put_is_refused_with_its_number()
    {
        _rig.Node(Own, new DhtSettings { AnswerRate = 0 });
        DhtItem item = Item(5, "1:x", "");
        Assert.Equal(0, Put(item));
        Assert.Equal(302, Put(Item(4, "1:y", "")));
        Assert.Equal(302, Put(Item(5, "1:y", "")));
        Assert.Equal(0, Put(item));
        Assert.Equal(301, Put(Item(6, "1:y", ""), cas: 4));
        Assert.Equal(0, Put(Item(6, "1:y", ""), cas: 5));
        Assert.Equal(206, Put(Item(7, "1:z", "") with { Sequence = 8 }));
        Assert.Equal(206, Put(Item(7, "1:z", "") with { Value = "1:a"u8.ToArray() }));
        Assert.Equal(205, Put(new DhtItem { Value = new BencodeWriter().String(new byte[1000]).ToArray() }));
        Assert.Equal(0, Put(new DhtItem { Value = new BencodeWriter().String(new byte[996]).ToArray() }));
        Assert.Equal(207, Put(Item(1, "1:z", "") with { Salt = new byte[65] }));
        Assert.Equal(203, Put(Item(1, "1:z", "") with { Key = new byte[31] }));
    }

    [Fact]
    public void A_token_is_needed_before_a_signature_is_looked_at()
    {
        DhtNode node = _rig.Node(Own);
        DhtItem item = Item(1, "1:x", "");
        Assert.Equal(203, ErrorOf(Send(item, token: new byte[8], cas: null)));
        Assert.Equal(0, node.GetStatistics(_rig.Now).Items);
    }

    [Fact]
    public void Who_has_the_newest_already_is_told_its_number_alone()
    {
        _rig.Node(Own);
        DhtItem item = Item(5, "1:x", "");
        Put(item);
        Assert.Equal((5L, true), NumberAndLack(item, known: 5));
        Assert.Equal((5L, false), NumberAndLack(item, known: 4));
    }

    [Fact]
    public void An_item_is_forgotten_that_nobody_puts_again()
    {
        DhtNode node = _rig.Node(Own);
        Put(Item(1, "1:x", ""));
        _rig.Run(TimeSpan.FromMinutes(110));
        Assert.Equal(0, Put(Item(1, "1:x", "")));
        _rig.Run(TimeSpan.FromMinutes(110));
        Assert.Equal((1L, false), NumberAndLack(Item(1, "1:x", ""), known: null));
        _rig.Run(TimeSpan.FromMinutes(11));
        Assert.Equal((null, true), NumberAndLack(Item(1, "1:x", ""), known: null));
        Assert.Equal(0, node.GetStatistics(_rig.Now).Items);
    }

    [Fact]
    public void Items_keep_to_their_limits()
    {
        DhtNode node = _rig.Node(Own, new DhtSettings { MaxItems = 20, MaxOfStranger = 5, AnswerRate = 0, StrangerRate = 0 });
        for (int i = 0; i < 100; i++)
            Put(new DhtItem { Value = new BencodeWriter().Integer(i).ToArray() });
        Assert.Equal(5, node.GetStatistics(_rig.Now).Items);
        for (int i = 0; i < 500; i++)
            Put(new DhtItem { Value = new BencodeWriter().Integer(i).ToArray() }, from: $"40.{i / 200}.{i % 200}.1:1");
        Assert.Equal(20, node.GetStatistics(_rig.Now).Items);
    }

    [Fact]
    public void A_forged_item_is_not_believed_by_who_looks_for_it()
    {
        DhtNode node = _rig.Node(Own);
        DhtItem item = Item(1, "1:x", "");
        node.AddNode(System.Net.IPEndPoint.Parse(Stranger), _rig.Now);
        var log = new SinkLog();
        node.Bootstrap([], [System.Net.IPEndPoint.Parse(Stranger)], _rig.Now);
        node.GetItem(item.Key, item.Salt, log, _rig.Now);
        _rig.Settle();
        (System.Net.IPEndPoint from, _, byte[] query) = _rig.ToStrangers.Last();
        KrpcReader.TryRead(query, out KrpcMessage asked);
        Assert.Equal(KrpcMethod.Get, asked.Method);
        NodeId id = NodeIdRules.Generate(NodeEndpoint.Of(System.Net.IPEndPoint.Parse(Stranger)), new SeededRandom(1));
        var answer = new KrpcAnswer
        {
            TransactionId = asked.TransactionId,
            Id = id,
            Asker = NodeEndpoint.Of(from),
            Key = item.Key.Span,
            Sequence = 2,
            Signature = item.Signature.Span,
            Value = item.Value.Span,
        };
        _rig.Send(Stranger, Own, new KrpcWriter().Write(answer).Span);
        _rig.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(log.Items);
        Assert.Equal(1, log.Ends);
    }

    private static DhtItem Item(long sequence, string value, string salt)
        => DhtItem.Sign(Seed, System.Text.Encoding.ASCII.GetBytes(salt), sequence, System.Text.Encoding.ASCII.GetBytes(value), FakeSignatures.Instance);

    private static long ErrorOf(byte[]? datagram)
    {
        Assert.NotNull(datagram);
        Assert.True(KrpcReader.TryRead(datagram, out KrpcMessage message));
        return message.ErrorCode;
    }

    private (long? Number, bool IsEmpty) NumberAndLack(DhtItem item, long? known)
    {
        byte[]? datagram = _rig.Ask(Stranger, Own, new KrpcQuery { Method = KrpcMethod.Get, TransactionId = "t"u8, Id = default, Target = item.Target, Sequence = known });
        Assert.True(KrpcReader.TryRead(datagram, out KrpcMessage answer));
        return (answer.Sequence, answer.Value.IsEmpty);
    }

    private long Put(DhtItem item, long? cas = null, string from = Stranger)
    {
        byte[]? given = _rig.Ask(from, Own, new KrpcQuery { Method = KrpcMethod.Get, TransactionId = "t"u8, Id = default, Target = TargetOf(item) });
        Assert.True(KrpcReader.TryRead(given, out KrpcMessage answer));
        return ErrorOf(Send(item, answer.Token, cas, from));
    }

    private static NodeId TargetOf(DhtItem item) => item.Salt.Length <= DhtLimits.MaxSalt ? item.Target : default;

    private byte[]? Send(DhtItem item, ReadOnlySpan<byte> token, long? cas, string from = Stranger) => _rig.Ask(
        from,
        Own,
        new KrpcQuery
        {
            Method = KrpcMethod.Put,
            TransactionId = "t"u8,
            Id = default,
            Token = token,
            Value = item.Value.Span,
            Key = item.Key.Span,
            Salt = item.Salt.Span,
            Signature = item.Signature.Span,
            Sequence = item.IsMutable ? item.Sequence : null,
            Cas = cas,
        });
}
