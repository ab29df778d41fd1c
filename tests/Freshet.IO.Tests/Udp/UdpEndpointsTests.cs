using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Tests.Loop;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

public sealed class UdpEndpointsTests
{
    private static readonly DatagramAddress From = DatagramAddress.OfIPv4(0x7F000001, 4000);

    private readonly UdpEndpoints _endpoints = new([]);

    [Fact]
    public async Task A_flood_of_the_dht_does_not_push_out_what_a_tracker_answers()
    {
        for (int i = 0; i < UdpEndpoints.MaxDhtWaiting; i++)
            Assert.True(Keep(DatagramKind.Dht, $"d{i}"));
        for (int i = 0; i < 50; i++)
            Assert.False(Keep(DatagramKind.Dht, "d, for whom there is no place"));
        Assert.True(Keep(DatagramKind.TrackerAnswer, "an answer"));

        Assert.Equal([.. Enumerable.Range(0, UdpEndpoints.MaxDhtWaiting).Select(i => $"d{i}").Prepend("an answer")], await DeliveredAsync());

        // There is place again, and nothing was left behind.
        Assert.True(Keep(DatagramKind.Dht, "dnext"));
        Assert.Equal(["dnext"], await DeliveredAsync());
    }

    [Fact]
    public async Task What_is_too_long_is_not_kept()
    {
        Assert.False(_endpoints.Keep(DatagramKind.Dht, From, new byte[UdpEndpoints.MaxLength + 1]));
        Assert.False(_endpoints.Keep(DatagramKind.TrackerAnswer, From, new byte[UdpEndpoints.MaxLength + 1]));
        Assert.Empty(await DeliveredAsync());
    }

    private bool Keep(DatagramKind kind, string text) => _endpoints.Keep(kind, From, System.Text.Encoding.ASCII.GetBytes(text));

    private async Task<List<string>> DeliveredAsync()
    {
        var engine = new ScriptedEngine(null!);
        while (_endpoints.Deliver(engine, MonoTime.Zero))
        {
        }

        engine.Log("end");
        var texts = new List<string>();
        while (await engine.NextAsync() is var text and not "end")
            texts.Add(text["datagram 127.0.0.1 ".Length..]);
        return texts;
    }
}
