using System.Net;
using Freshet.Abstractions;

namespace Freshet.IO.Tests.Network;

public sealed class AddressRulesTests
{
    // THREATS H1: every spelling of an address falls under the rule of the address.
    [Theory]
    [InlineData("8.8.8.8", AddressScope.Global)]
    [InlineData("100.63.255.255", AddressScope.Global)]
    [InlineData("172.32.0.1", AddressScope.Global)]
    [InlineData("2606:4700::1111", AddressScope.Global)]
    [InlineData("::ffff:8.8.8.8", AddressScope.Global)]
    [InlineData("64:ff9b::8.8.8.8", AddressScope.Global)]
    [InlineData("10.1.2.3", AddressScope.Lan)]
    [InlineData("172.16.0.1", AddressScope.Lan)]
    [InlineData("172.31.255.255", AddressScope.Lan)]
    [InlineData("192.168.0.1", AddressScope.Lan)]
    [InlineData("100.64.0.1", AddressScope.Lan)]
    [InlineData("fd12::1", AddressScope.Lan)]
    [InlineData("fec0::1", AddressScope.Lan)]
    [InlineData("::ffff:192.168.0.1", AddressScope.Lan)]
    [InlineData("64:ff9b::10.0.0.1", AddressScope.Lan)]
    [InlineData("2002:0a00:0001::1", AddressScope.Lan)]
    [InlineData("169.254.169.254", AddressScope.LinkLocal)]
    [InlineData("::ffff:169.254.169.254", AddressScope.LinkLocal)]
    [InlineData("fe80::1", AddressScope.LinkLocal)]
    [InlineData("127.0.0.1", AddressScope.Loopback)]
    [InlineData("127.255.255.254", AddressScope.Loopback)]
    [InlineData("::1", AddressScope.Loopback)]
    [InlineData("::ffff:127.0.0.1", AddressScope.Loopback)]
    [InlineData("2002:7f00:0001::1", AddressScope.Loopback)]
    [InlineData("0.0.0.0", AddressScope.Special)]
    [InlineData("0.1.2.3", AddressScope.Special)]
    [InlineData("255.255.255.255", AddressScope.Special)]
    [InlineData("224.0.0.1", AddressScope.Special)]
    [InlineData("198.18.0.1", AddressScope.Special)]
    [InlineData("192.0.2.1", AddressScope.Special)]
    [InlineData("203.0.113.9", AddressScope.Special)]
    [InlineData("::", AddressScope.Special)]
    [InlineData("::7f00:1", AddressScope.Special)]
    [InlineData("ff02::1", AddressScope.Special)]
    [InlineData("2001::1", AddressScope.Special)]
    [InlineData("2001:db8::1", AddressScope.Special)]
    [InlineData("4000::1", AddressScope.Special)]
    public void An_address_lies_where_the_registries_say(string address, AddressScope scope)
        => Assert.Equal(scope, AddressRules.Classify(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("192.168.1.1", false, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("169.254.169.254", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("239.1.1.1", false, false)]
    public void A_policy_allows_what_it_names(string address, bool globalOnly, bool any)
    {
        Assert.Equal(globalOnly, AddressRules.Allows(AddressPolicy.GlobalOnly, IPAddress.Parse(address)));
        Assert.Equal(any, AddressRules.Allows(AddressPolicy.Any, IPAddress.Parse(address)));
    }
}
