using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Engine.Dht;
using Freshet.Engine.Session;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Tests.Dht;

/// <summary>What of the DHT one run leaves to the next: the nodes, and our own one's id.</summary>
public sealed class SavedContactsTests
{
    private const int Port = 6881;

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_node_that_comes_back_at_its_port_has_its_id_and_at_another_not(AddressFamily family)
    {
        var rig = new DhtRig();
        DhtNode[] nodes = rig.Network(9, i => family == AddressFamily.InterNetwork ? $"{20 + i}.1.1.1:6881" : $"[2a0{i}:1::1]:6881");
        ReadOnlyMemory<byte> bytes = SavedContacts.Write(nodes[3], Port);
        SavedNodes saved = family == AddressFamily.InterNetwork ? new SavedNodes(bytes, default) : new SavedNodes(default, bytes);
        Assert.Equal(nodes[3].Id, SavedContacts.ReadId(saved, family, Port));
        Assert.Null(SavedContacts.ReadId(saved, family, Port + 1));
        Assert.Null(SavedContacts.ReadId(saved, family, 0));
        Assert.Equal(nodes[3].Export(), SavedContacts.Read(saved, family));
        Assert.Equal(8, nodes[3].Export().Count);
    }

    /// <summary>As earlier versions have kept them, or as a disk has spoilt them.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(26)]
    [InlineData(27)]
    [InlineData(21)]
    [InlineData(78)]
    public void Without_an_id_another_is_drawn(int length)
        => Assert.Null(SavedContacts.ReadId(new SavedNodes(new byte[length], default), AddressFamily.InterNetwork, Port));

    /// <summary>BEP 42: an id goes with an address.</summary>
    [Fact]
    public void An_id_that_does_not_fit_the_address_any_more_is_not_kept()
    {
        var rig = new DhtRig();
        NodeId id = rig.Node("21.1.1.1:6881").Id;
        Assert.Equal(id, rig.Node("21.1.1.1:6882", id: id).Id);
        Assert.NotEqual(id, rig.Node("99.5.5.5:6881", id: id).Id);
        Assert.Equal(id, rig.Node("192.168.1.2:6881", id: id).Id);
    }
}
