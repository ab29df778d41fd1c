using System.Net;
using Freshet.Core;

namespace Freshet.Tests;

public sealed class TrackerClientTests
{
    private static readonly InfoHash Swarm = Metainfo.Load(new TestTorrent("t", ("a", 10)).ToBytes()).Hashes.Primary;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tracker_is_asked_and_left_again()
    {
        await using var tracker = new TestTracker();
        TrackerReply reply = Assert.Single(await TrackerClient.AnnounceAsync([tracker.Announce], Swarm, cancellationToken: Cancellation));
        Assert.Null(reply.Error);
        Assert.Equal("http", reply.Protocol);
        Assert.Equal(IPAddress.Loopback, reply.Address);
        Assert.Equal(0, reply.Seeders);
        Assert.Equal(1, reply.Leechers);
        Assert.Equal(TimeSpan.FromSeconds(60), reply.Interval);
        Assert.Collection(
            tracker.Requests,
            line => Assert.Contains("event=started", line, StringComparison.Ordinal),
            line => Assert.Contains("event=stopped", line, StringComparison.Ordinal));
    }

    // THREATS H5, also where the tracker repeats the passkey to us.
    [Fact]
    public async Task A_refusal_is_told_without_the_passkey()
    {
        const string Secret = "0123456789abcdef";
        await using var tracker = new TestTracker();
        tracker.Map("/announce", _ => TestTracker.Answer("200 OK", new BencodeWriter().Dictionary().Key("failure reason"u8).String($"unknown passkey {Secret}\u001b[1m").End().ToArray()));
        TrackerReply reply = Assert.Single(await TrackerClient.AnnounceAsync([$"{tracker.Announce}?passkey={Secret}"], Swarm, cancellationToken: Cancellation));
        Assert.Contains("unknown passkey", reply.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, reply.Error + reply.Url, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', reply.Error!);
    }

    [Fact]
    public async Task Each_tracker_has_its_own_reply_in_order()
    {
        await using var tracker = new TestTracker();
        IReadOnlyList<TrackerReply> replies = await TrackerClient.AnnounceAsync(
            ["http://127.0.0.1:1/announce", "gopher://x", tracker.Announce, "udp://no.such.host.invalid:1"], Swarm, TimeSpan.FromSeconds(2), IPAddress.Loopback, Cancellation);
        Assert.Equal(4, replies.Count);
        Assert.NotNull(replies[0].Error);
        Assert.Contains("scheme", replies[1].Error, StringComparison.Ordinal);
        Assert.Null(replies[2].Error);
        Assert.NotNull(replies[3].Error);
        Assert.Equal("udp", replies[3].Protocol);
    }
}
