using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;

namespace Freshet.Tests;

public sealed class RemovalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_torrent_added_while_it_is_being_removed_is_added_anew()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent torrent = await swarm.SeedAsync();
        BitTorrentClient client = swarm.Clients[0];

        Task removing = client.RemoveAsync(torrent.Id, DataDisposal.Delete, Cancellation);
        AddResult added = await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);
        await removing;

        Assert.False(added.WasThere);
        Assert.Same(added.Torrent, client.Find(added.Torrent.Id));
        TorrentStatus status = await added.Torrent.WaitAsync(TorrentCondition.Checked, Cancellation);
        Assert.Equal(0, status.PiecesHave);
    }

    [Fact]
    public async Task A_removal_goes_on_when_its_caller_gives_up()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent torrent = await swarm.SeedAsync();
        BitTorrentClient client = swarm.Clients[0];

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.RemoveAsync(torrent.Id, cancellationToken: new CancellationToken(canceled: true)));
        AddResult added = await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation);

        Assert.False(added.WasThere);
        Assert.NotEqual(torrent.Id, added.Torrent.Id);
    }

    [Fact]
    public async Task A_state_file_that_cannot_be_written_does_not_keep_the_data()
    {
        await using var swarm = new LoopbackSwarm();
        swarm.Torrent.WriteContent(swarm.Folder.At("data"));
        using var store = new StubbornStore();
        BitTorrentClient client = await swarm.StartAsync(
            new ClientOptions { DownloadDirectory = swarm.Folder.At("data"), StateDirectory = swarm.Folder.At("state"), StateStore = store, ListenPort = null, Dht = DhtOptions.Off });
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).Torrent;

        await client.RemoveAsync(torrent.Id, DataDisposal.Delete, Cancellation);

        Assert.Null(client.Find(torrent.Id));
        Assert.False(Directory.Exists(swarm.Folder.At("data", "album")));
    }

    [Fact]
    public async Task A_removal_ends_with_the_session()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent torrent = await swarm.SeedAsync();
        BitTorrentClient client = swarm.Clients[0];
        Task closing = client.DisposeAsync().AsTask();
        try
        {
            await client.RemoveAsync(torrent.Id, cancellationToken: Cancellation);
        }
        catch (ObjectDisposedException)
        {
            // It came too late.
        }

        await closing;
    }

    /// <summary>A store that forgets nothing.</summary>
    private sealed class StubbornStore : IStateStore
    {
        private readonly VolatileStateStore _store = new();

        public string BootId => _store.BootId;

        public ResumeRecord? Load(InfoHashes hashes) => _store.Load(hashes);

        public void Save(IReadOnlyList<ResumeRecord> records) => _store.Save(records);

        public void Remove(InfoHashes hashes) => throw new IOException("the disk is full");

        public void Dispose() => _store.Dispose();
    }
}
