using System.Net;

namespace Freshet.Tests;

/// <summary>Torrents that are given to a session all at once go on together: each has its own outcome all the same.</summary>
public sealed class AddingTests
{
    private const int Many = 600;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Torrents_that_are_added_at_once_are_there_in_their_order_and_remembered()
    {
        await using var swarm = new LoopbackSwarm();
        TestTorrent[] torrents = [.. Enumerable.Range(0, Many).Select(i => new TestTorrent($"t{i:000}", ($"f{i}", 100 + i)))];
        await using (BitTorrentClient client = await StartAsync(swarm))
        {
            AddResult[] results = await Task.WhenAll(torrents.Select(torrent => client.AddAsync(torrent.Source, new AddOptions { Remember = true, Start = false }, Cancellation)));
            Assert.All(results, result => Assert.False(result.WasThere));
            Assert.Equal(NamesOf(torrents), string.Join(' ', results.Select(result => result.Torrent.Status().Name)));
            Assert.Equal(Many, client.Snapshot().Torrents.Count);
        }

        await using BitTorrentClient again = await StartAsync(swarm);
        Assert.Empty(again.RestoreFailures);
        Assert.Equal(NamesOf(torrents), string.Join(' ', again.Snapshot().Torrents.OrderBy(status => status.QueuePosition).Select(status => status.Name)));
    }

    [Fact]
    public async Task Of_those_that_are_added_at_once_a_failure_is_its_own_callers_alone()
    {
        await using var swarm = new LoopbackSwarm();
        var (first, second, broken, late) = (new TestTorrent("first", ("a", 10)), new TestTorrent("second", ("b", 11)), new TestTorrent("broken", ("c", 12)), new TestTorrent("late", ("d", 13)));
        await using BitTorrentClient client = await StartAsync(swarm);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Task<AddResult>[] adding =
        [
            Add(client, first),
            Add(client, broken, new AddOptions { Start = false, Priority = _ => throw new InvalidTimeZoneException("no choice") }),
            Add(client, second),
            Add(client, first),
            Add(client, second),
            client.AddAsync(late.Source, new AddOptions { Start = false }, cancelled.Token),
        ];
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => adding[1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding[5]);
        AddResult[] added = await Task.WhenAll(adding[0], adding[2], adding[3], adding[4]);
        Assert.Equal([false, false, true, true], added.Select(result => result.WasThere));
        Assert.Equal(added[0].Torrent.Id, added[2].Torrent.Id);
        Assert.Equal("first second", string.Join(' ', client.Snapshot().Torrents.Select(status => status.Name).Order(StringComparer.Ordinal)));

        // Whose adding failed has left no lease behind.
        Assert.False((await Add(client, broken)).WasThere);
    }

    [Fact]
    public async Task Those_that_another_session_holds_are_refused_and_the_others_added()
    {
        await using var swarm = new LoopbackSwarm();
        TestTorrent[] torrents = [.. Enumerable.Range(0, 20).Select(i => new TestTorrent($"t{i:00}", ($"f{i}", 100 + i)))];
        await using BitTorrentClient holder = await StartAsync(swarm);
        await Task.WhenAll(torrents.Where((_, i) => i % 2 == 0).Select(torrent => Add(holder, torrent)));
        await using BitTorrentClient client = await StartAsync(swarm);
        Task<AddResult>[] adding = [.. torrents.Select(torrent => Add(client, torrent))];
        for (int i = 0; i < adding.Length; i++)
        {
            if (i % 2 == 0)
                Assert.Equal(FreshetError.Conflict, (await Assert.ThrowsAsync<FreshetException>(() => adding[i])).Error);
            else
                Assert.False((await adding[i]).WasThere);
        }
    }

    private static string NamesOf(IEnumerable<TestTorrent> torrents) => string.Join(' ', torrents.Select(torrent => torrent.Name));

    private static Task<AddResult> Add(BitTorrentClient client, TestTorrent torrent, AddOptions? options = null)
        => client.AddAsync(torrent.Source, options ?? new AddOptions { Start = false }, Cancellation);

    private static Task<BitTorrentClient> StartAsync(LoopbackSwarm swarm) => swarm.StartAsync(new ClientOptions
    {
        DownloadDirectory = swarm.Folder.At("data"),
        StateDirectory = swarm.Folder.At("state"),
        BindAddress = IPAddress.Loopback,
        RestoreTorrents = true,
    });
}
