using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;
using Microsoft.Data.Sqlite;

namespace Freshet.IO.Tests.State;

public sealed class PeerCacheTests : IDisposable
{
    private static readonly InfoHash Swarm = Records.V1(1).Primary;
    private static readonly IPEndPoint[] Peers = [IPEndPoint.Parse("1.2.3.4:6881"), IPEndPoint.Parse("[2a02::5]:51413"), IPEndPoint.Parse("9.9.9.9:1")];

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteStateStore _store;

    public PeerCacheTests() => _store = SqliteStateStore.Open(_folder.Path);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_kept_is_there_at_the_next_start_in_its_order()
    {
        await _store.Peers.KeepAsync([new CachedSwarm(Swarm, Peers), new CachedSwarm(Records.V2(2).Primary, Peers[..1])], Stop);
        _store.Dispose();
        using SqliteStateStore again = SqliteStateStore.Open(_folder.Path);
        Assert.Equal(Peers, await again.Peers.FindAsync(Swarm, Stop));
        Assert.Equal(Peers[..1], await again.Peers.FindAsync(Records.V2(2).Primary, Stop));
        Assert.Empty(await again.Peers.FindAsync(Records.V1(3).Primary, Stop));
    }

    [Fact]
    public async Task The_latest_take_the_place_of_those_before_and_are_bounded()
    {
        IPEndPoint[] many = [.. Enumerable.Range(1, 200).Select(i => new IPEndPoint(IPAddress.Parse("2a02::7"), i))];
        await _store.Peers.KeepAsync([new CachedSwarm(Swarm, Peers)], Stop);
        await _store.Peers.KeepAsync([new CachedSwarm(Swarm, many)], Stop);
        Assert.Equal(many[..IPeerCache.MaxPeers], await _store.Peers.FindAsync(Swarm, Stop));
    }

    [Fact]
    public async Task What_is_too_old_is_not_given_and_goes()
    {
        var before = new SqlitePeerCache(_store, new TimeAgo(SqlitePeerCache.MaxAge + TimeSpan.FromMinutes(1)));
        await before.KeepAsync([new CachedSwarm(Swarm, Peers)], Stop);
        Assert.Equal(Peers, await before.FindAsync(Swarm, Stop));
        Assert.Empty(await _store.Peers.FindAsync(Swarm, Stop));
        await _store.Peers.KeepAsync([new CachedSwarm(Records.V1(2).Primary, Peers)], Stop);
        Assert.Empty(await before.FindAsync(Swarm, Stop));
    }

    [Fact]
    public async Task In_all_the_latest_swarms_are_kept()
    {
        for (byte i = 1; i <= 5; i++)
            await new SqlitePeerCache(_store, new TimeAgo(TimeSpan.FromMinutes(10 - i))).KeepAsync([new CachedSwarm(Records.V1(i).Primary, Peers)], Stop);
        _store.Write(connection => SwarmRows.Prune(connection, oldest: 0, most: 2));
        Assert.Equal([0, 0, 0, 3, 3], await CountsAsync());
    }

    [Fact]
    public async Task Who_removes_a_torrent_removes_its_peers()
    {
        await _store.Peers.KeepAsync([new CachedSwarm(Swarm, Peers)], Stop);
        _store.Remove(Records.V1(1));
        Assert.Empty(await _store.Peers.FindAsync(Swarm, Stop));
    }

    [Theory]
    [InlineData("x''")]
    [InlineData("x'06'")]
    [InlineData("x'FF01020304'")]
    [InlineData("x'0601020304'")]
    [InlineData("x'0000000000'")]
    [InlineData("5")]
    [InlineData("'text'")]
    public async Task A_row_that_the_disk_has_altered_names_nobody(string peers)
    {
        await _store.Peers.KeepAsync([new CachedSwarm(Swarm, Peers)], Stop);
        _store.Write(connection =>
        {
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
            command.CommandText = $"UPDATE swarm SET peers = {peers}";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        });
        Assert.Empty(await _store.Peers.FindAsync(Swarm, Stop));
    }

    private async Task<List<int>> CountsAsync()
    {
        var counts = new List<int>();
        for (byte i = 1; i <= 5; i++)
            counts.Add((await _store.Peers.FindAsync(Records.V1(i).Primary, Stop)).Count);
        return counts;
    }

    private sealed class TimeAgo(TimeSpan ago) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - ago;
    }
}
