using System.Text;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>What is read of the DHT's messages, the odd ones of real nodes among them.</summary>
public sealed class KrpcReaderTests
{
    private static readonly string Id = new('i', 20);
    private static readonly string Hash = new('h', 20);

    [Fact]
    public void The_examples_of_BEP_5_are_read()
    {
        KrpcMessage ping = Read("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
        Assert.Equal((KrpcKind.Query, KrpcMethod.Ping), (ping.Kind, ping.Method));
        Assert.Equal("aa", Text(ping.TransactionId));
        Assert.Equal("abcdefghij0123456789", Text(ping.Id!.Value.Bytes));

        KrpcMessage announce = Read("d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe");
        Assert.Equal(KrpcMethod.AnnouncePeer, announce.Method);
        Assert.Equal((true, 6881, "aoeusnth"), (announce.ImpliesPort, announce.Port, Text(announce.Token)));
        Assert.Equal("mnopqrstuvwxyz123456", Text(announce.Target!.Value.Bytes));

        KrpcMessage peers = Read("d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re");
        Assert.Equal(KrpcKind.Answer, peers.Kind);
        Assert.Equal(["97.120.106.101:11893", "105.100.104.116:28269"], PeersOf(peers));

        KrpcMessage error = Read("d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee");
        Assert.Equal((KrpcKind.Error, 201L, "A Generic Error Ocurred"), (error.Kind, error.ErrorCode, Text(error.ErrorText)));
    }

    [Fact]
    public void Keys_may_come_in_any_order_and_y_may_be_missing()
    {
        KrpcMessage query = Read($"d1:y1:q1:t1:x1:q9:find_node1:ad6:target20:{Hash}2:id20:{Id}ee");
        Assert.Equal((KrpcKind.Query, KrpcMethod.FindNode), (query.Kind, query.Method));
        Assert.Equal(Id, Text(query.Id!.Value.Bytes));
        Assert.Equal(KrpcKind.Answer, Read($"d1:rd2:id20:{Id}e1:t1:xe").Kind);
        Assert.Equal(KrpcKind.Query, Read($"d1:ad2:id20:{Id}e1:q4:ping1:t1:xe").Kind);
        Assert.Equal(KrpcKind.Error, Read("d1:eli203e3:bade1:t1:xe").Kind);
    }

    [Fact]
    public void Fields_of_a_wrong_kind_count_as_missing()
    {
        KrpcMessage query = Read("d1:ad2:idi7e9:info_hash3:abc4:port3:abc4:seed1:1e1:q9:get_peers2:ro2:no1:t1:x1:vi3e1:y1:qe");
        Assert.Null(query.Id);
        Assert.Null(query.Target);
        Assert.Equal((0, false, false), (query.Port, query.IsSeed, query.IsReadOnly));
        Assert.True(query.Version.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("le")]
    [InlineData("i1e")]
    [InlineData("d1:y1:qe")] // neither transaction id nor method
    [InlineData("d1:q4:ping1:y1:qe")] // no transaction id
    [InlineData("d1:q4:ping1:t0:1:y1:qe")] // an empty one
    [InlineData("d1:rd2:id20:aaaa")]
    [InlineData("d1:t1:x1:y1:re")] // an answer without values
    [InlineData("d1:t1:x1:y1:qe")] // a query without a method
    public void What_cannot_be_answered_is_no_message(string text) => Assert.False(KrpcReader.TryRead(Bytes(text), out _));

    [Fact]
    public void A_transaction_id_has_a_limit()
    {
        string longest = new('t', DhtLimits.MaxTransactionId);
        Assert.Equal(longest, Text(Read($"d1:q4:ping1:t{longest.Length}:{longest}1:y1:qe").TransactionId));
        Assert.False(KrpcReader.TryRead(Bytes($"d1:q4:ping1:t{longest.Length + 1}:{longest}t1:y1:qe"), out _));
    }

    [Fact]
    public void A_datagram_has_a_limit()
    {
        string filler = new('x', DhtLimits.MaxDatagram);
        Assert.False(KrpcReader.TryRead(Bytes($"d1:q4:ping1:t1:x1:y1:q1:z{filler.Length}:{filler}e"), out _));
    }

    [Fact]
    public void Nesting_is_refused_past_the_limit()
    {
        string nested = new string('l', 40) + new string('e', 40);
        Assert.False(KrpcReader.TryRead(Bytes($"d1:ad1:v{nested}e1:q3:put1:t1:x1:y1:qe"), out _));
    }

    [Fact]
    public void Bytes_after_the_message_are_ignored()
        => Assert.Equal(KrpcMethod.Ping, Read($"d1:ad2:id20:{Id}e1:q4:ping1:t1:x1:y1:qe\0\0garbage").Method);

    [Fact]
    public void A_rest_that_is_no_whole_node_is_left_out()
    {
        string nodes = Hash + "\x05\x06\x07\x08\x1A\u00E1" + "rest";
        KrpcMessage answer = Read($"d1:rd2:id20:{Id}5:nodes{nodes.Length}:{nodes}e1:t1:x1:y1:re");
        var found = new List<string>();
        foreach (NodeContact node in new CompactNodes(answer.Nodes4, NodeContact.Length4))
            found.Add(node.Endpoint.ToString());
        Assert.Equal(["5.6.7.8:6881"], found);
    }

    [Fact]
    public void Where_no_node_can_be_is_left_out()
    {
        string[] addresses = ["\x00\x00\x00\x00\x1A\u00E1", "\u00E0\x00\x00\x01\x1A\u00E1", "\u00FF\u00FF\u00FF\u00FF\x1A\u00E1", "\x05\x06\x07\x08\x00\x00", "\x05\x06\x07\x08\x1A\u00E1"];
        var found = new List<string>();
        foreach (NodeContact node in new CompactNodes(Bytes(string.Concat(addresses.Select(static address => Hash + address))), NodeContact.Length4))
            found.Add(node.Endpoint.ToString());
        Assert.Equal(["5.6.7.8:6881"], found);
    }

    [Fact]
    public void IPv4_in_IPv6_clothes_is_no_node()
    {
        byte[] node = [.. Bytes(Hash), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 5, 6, 7, 8, 0x1A, 0xE1];
        var nodes = new CompactNodes(node, NodeContact.Length6);
        Assert.False(nodes.MoveNext());
    }

    [Fact]
    public void Values_that_are_no_peers_are_passed_over()
    {
        KrpcMessage answer = Read($"d1:rd2:id20:{Id}6:valuesl6:\x05\x06\x07\x08\x1A\u00E1" + "5:short7:toolongee1:t1:x1:y1:re");
        Assert.Equal(["5.6.7.8:6881"], PeersOf(answer));
        answer = Read($"d1:rd2:id20:{Id}6:valuesli4el6:\x05\x06\x07\x08\x1A\u00E1ed1:ai1ee6:\x05\x06\x07\x08\x1A\u00E2ee1:t1:x1:y1:re");
        Assert.Equal(["5.6.7.8:6882"], PeersOf(answer));
        Assert.Empty(PeersOf(Read($"d1:rd2:id20:{Id}6:values6:abcdefe1:t1:x1:y1:re")));
    }

    [Fact]
    public void An_item_is_taken_as_it_stands()
    {
        KrpcMessage answer = Read($"d1:rd2:id20:{Id}1:k3:key3:seqi4e3:sig4:sign5:token2:to1:vd1:bi1e1:ai2eee1:t1:x1:v2:LT1:y1:re");
        Assert.Equal("d1:bi1e1:ai2ee", Text(answer.Value));
        Assert.Equal((4L, "key", "sign", "LT"), (answer.Sequence, Text(answer.Key), Text(answer.Signature), Text(answer.Version)));
        Assert.Equal("i42e", Text(Read($"d1:ad2:id20:{Id}5:token2:to1:vi42ee1:q3:put1:t1:x1:y1:qe").Value));
    }

    [Fact]
    public void Want_names_families()
    {
        Assert.Equal(KrpcWant.Nodes4 | KrpcWant.Nodes6, Read($"d1:ad2:id20:{Id}6:target20:{Hash}4:wantl2:n42:n6i3e2:n9ee1:q9:find_node1:t1:x1:y1:qe").Want);
        Assert.Equal(KrpcWant.None, Read($"d1:ad2:id20:{Id}6:target20:{Hash}4:want2:n4e1:q9:find_node1:t1:x1:y1:qe").Want);
    }

    [Fact]
    public void Our_own_address_is_read_with_and_without_a_port()
    {
        Assert.Equal("5.6.7.8:6881", Read($"d2:ip6:\x05\x06\x07\x08\x1A\u00E11:rd2:id20:{Id}e1:t1:x1:y1:re").External.ToString());
        Assert.Equal("5.6.7.8:0", Read($"d2:ip4:\x05\x06\x07\x08" + $"1:rd2:id20:{Id}e1:t1:x1:y1:re").External.ToString());
        Assert.Null(Read($"d2:ip3:abc1:rd2:id20:{Id}e1:t1:x1:y1:re").External);
    }

    private static KrpcMessage Read(string text)
    {
        Assert.True(KrpcReader.TryRead(Bytes(text), out KrpcMessage message));
        return message;
    }

    private static string[] PeersOf(KrpcMessage message)
    {
        var peers = new List<string>();
        foreach (NodeEndpoint peer in message.Peers)
            peers.Add(peer.ToString());
        return [.. peers];
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
