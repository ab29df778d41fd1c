using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Sessions;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

public sealed class PeerStatisticsTests
{
    [Fact]
    public async Task A_peer_is_shown_with_its_client_flags_and_source()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seeding = await swarm.SeedAsync();
        using TcpClient raw = await ConnectAsync(swarm, seeding);
        PeerStatus peer = await PeerAsync(seeding);
        Assert.Equal("Transmission 4.0.5", peer.Client);
        Assert.StartsWith("-TR4050-", peer.PeerId, StringComparison.Ordinal);
        Assert.True(peer.IsIncoming);
        Assert.Equal(PeerSources.Incoming, peer.Sources);
        Assert.True(peer.IsChokingUs);
        Assert.EndsWith("I", peer.Flags, StringComparison.Ordinal);
        Assert.Equal(((IPEndPoint)raw.Client.LocalEndPoint!).Port, peer.Endpoint.Port);
        Assert.Equal((0, 0L, 0L), (peer.HashFailures, peer.Redundant, peer.Downloaded));
    }

    [Fact]
    public async Task Each_peer_is_logged_once_a_minute_with_every_figure_as_a_field_of_its_own()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seeding = await swarm.SeedAsync();
        using TcpClient raw = await ConnectAsync(swarm, seeding);
        await PeerAsync(seeding);
        await seeding.WaitForPeersAsync(1);

        SessionHost host = swarm.Clients[0].Host;
        var log = new FieldLog(LogLevel.Debug);
        var reporter = new PeerReporter(log, host.Snapshots);
        await host.Loop.InvokeAsync(now =>
        {
            reporter.Advance(host.Engine, now);
            reporter.Advance(host.Engine, now + TimeSpan.FromSeconds(59));
            Assert.Empty(log.Entries);
            Assert.Equal(now + TimeSpan.FromMinutes(1), reporter.NextDeadline);
            reporter.Advance(host.Engine, now + TimeSpan.FromMinutes(1));
            reporter.Advance(host.Engine, now + TimeSpan.FromSeconds(119));
            return true;
        });
        Dictionary<string, object?> fields = Assert.Single(log.Entries);
        foreach (string field in (string[])[
            "Torrent", "Endpoint", "Client", "Sources", "Progress", "Flags", "DownloadRate", "Downloaded", "UploadRate", "Uploaded", "Outstanding", "Window", "Queued",
            "RoundTripMilliseconds", "Redundant", "HashFailures"])
        {
            Assert.Contains(field, fields);
        }

        Assert.Equal("Transmission 4.0.5", fields["Client"]);
    }

    [Fact]
    public async Task Nobody_is_woken_where_nobody_reads_so_much()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seeding = await swarm.SeedAsync();
        using TcpClient raw = await ConnectAsync(swarm, seeding);
        await seeding.WaitForPeersAsync(1);
        SessionHost host = swarm.Clients[0].Host;
        var log = new FieldLog(LogLevel.Information);
        var reporter = new PeerReporter(log, host.Snapshots);
        await host.Loop.InvokeAsync(now =>
        {
            reporter.Advance(host.Engine, now);
            Assert.Equal(Freshet.Core.MonoTime.Never, reporter.NextDeadline);
            reporter.Advance(host.Engine, now + TimeSpan.FromMinutes(2));
            return true;
        });
        Assert.Empty(log.Entries);
    }

    [Theory]
    [InlineData("D", true, false, false, true)]
    [InlineData("d", true, true, false, true)]
    [InlineData("U", false, true, true, false)]
    [InlineData("u", false, true, true, true)]
    [InlineData("K?", false, false, false, false)]
    [InlineData("", false, true, false, true)]
    public void The_flags_say_who_wants_and_who_gives(string expected, bool interested, bool choking, bool theyAre, bool weChoke) => Assert.Equal(expected, new PeerStatus
    {
        Endpoint = new IPEndPoint(IPAddress.Loopback, 1),
        AmInterested = interested,
        IsChokingUs = choking,
        IsInterested = theyAre,
        AmChoking = weChoke,
    }.Flags);

    private static async Task<TcpClient> ConnectAsync(LoopbackSwarm swarm, Torrent torrent)
    {
        var client = new TcpClient();
        await client.ConnectAsync(swarm.SeederEndpoint, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            (byte[])[19, .. "BitTorrent protocol"u8, .. new byte[8], .. torrent.Hashes.Primary.Value.Bytes, .. "-TR4050-0123456789ab"u8], TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task<PeerStatus> PeerAsync(Torrent torrent)
    {
        while (true)
        {
            if (await torrent.GetPeersAsync(TestContext.Current.CancellationToken) is [{ Client: not null } peer])
                return peer;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed class FieldLog(LogLevel least) : ILogger
    {
        public List<Dictionary<string, object?>> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Entries.Add(((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal));
    }
}

file static class Waiting
{
    public static async Task WaitForPeersAsync(this Torrent torrent, int peers)
    {
        while (torrent.Status().Peers < peers)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
