using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Tests.Loop;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

public sealed class UdpEndpointsTests : IDisposable
{
    private readonly Socket _ours = Bound();
    private readonly Socket _theirs = Bound();
    private readonly SemaphoreSlim _nudges = new(0);
    private readonly UdpEndpoints _endpoints;

    public UdpEndpointsTests() => _endpoints = new UdpEndpoints([_ours], () => _nudges.Release());

    public void Dispose()
    {
        _endpoints.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
        _nudges.Dispose();
    }

    [Fact]
    public async Task A_flood_of_the_dht_does_not_push_out_what_a_tracker_answers()
    {
        for (int i = 0; i < UdpEndpoints.MaxDhtWaiting; i++)
        {
            await SendAsync($"d{i}");
            await _nudges.WaitAsync(TestContext.Current.CancellationToken);
        }

        for (int i = 0; i < 50; i++)
            await SendAsync("d, for whom there is no place");
        await SendAsync("an answer");
        await _nudges.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal([.. Enumerable.Range(0, UdpEndpoints.MaxDhtWaiting).Select(i => $"d{i}").Prepend("an answer")], await DeliveredAsync());

        // There is place again, and nothing was left behind.
        await SendAsync("dnext");
        await _nudges.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["dnext"], await DeliveredAsync());
    }

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

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task SendAsync(string text)
        => await _theirs.SendToAsync(System.Text.Encoding.ASCII.GetBytes(text), _ours.LocalEndPoint!, TestContext.Current.CancellationToken);
}
