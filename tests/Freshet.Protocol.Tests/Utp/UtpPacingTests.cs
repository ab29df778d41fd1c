using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>How a window is spread over time.</summary>
public sealed class UtpPacingTests
{
    [Theory]
    [InlineData(100_000)]
    [InlineData(5_000_000)]
    [InlineData(40_000_000)]
    public void Packets_go_out_at_the_rate_that_the_controller_says_in_small_bursts(int rate)
    {
        foreach (int lateMicroseconds in new[] { 0, 900 })
        {
            var settings = new UtpSettings { MaxDatagram = 1200, MaxSendBuffer = 1 << 25, MakeController = _ => new SetWindow(1 << 25) { PacingRate = rate } };
            var peer = new ScriptedPeer(settings) { Window = 1 << 25 };
            UtpStream stream = peer.Accept();
            peer.Write(stream, 10);
            peer.Wait(50);
            peer.Ack = peer.Take(UtpPacketType.Data).Header.Sequence;
            peer.Send(UtpPacketType.State);

            MonoTime start = peer.Now;
            long sent = 0;
            int longest = 0;
            while (peer.Now - start < TimeSpan.FromMilliseconds(400))
            {
                stream.Write(new byte[1 << 20]);
                peer.Endpoint.EndBatch(peer.Now);
                int burst = peer.TakeAll().Sum(datagram => datagram.Length);
                sent += burst;
                longest = Math.Max(longest, burst);
                peer.Now = MonoTime.Max(peer.Now, peer.Endpoint.NextDeadline) + TimeSpan.FromMicroseconds(lateMicroseconds);
                peer.Endpoint.Advance(peer.Now);
            }

            long most = Math.Max(rate / 333, 4500);
            Assert.InRange(longest, 1, most);
            Assert.InRange(sent, rate * 0.39, (rate * 0.41) + most);
        }
    }

    [Fact]
    public void A_round_trip_shorter_than_timers_is_not_paced()
    {
        var peer = new ScriptedPeer { Controller = new SetWindow(1 << 20) { PacingRate = 1000 } };
        UtpStream stream = peer.Accept();
        peer.Wait(TimeSpan.FromMilliseconds(1));
        peer.Write(stream, 50_000);
        Assert.True(peer.Sent.Count > 40);
    }
}
