using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Torrents that begin with a magnet link or an info-hash, through the public API, over loopback.</summary>
public sealed class MagnetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_magnet_downloads_from_the_peer_that_it_names()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Task<MetadataReceived> told = FirstAsync<MetadataReceived>(client);
        AddResult added = await client.AddAsync(TorrentSource.Parse(LinkTo(seed, swarm)), cancellationToken: Cancellation);
        Metainfo metainfo = await added.Torrent.WaitForMetadataAsync(Cancellation);
        Assert.Equal((seed.Hashes, "album", 4), (metainfo.Hashes, metainfo.Name, metainfo.Layout.Files.Count));
        Assert.Equal(("album", metainfo.InfoBytes.Length), ((await told).Name, (await told).Size));
        TorrentStatus status = await added.Torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal(("album", true), (status.Name, status.HasMetadata));
        swarm.Torrent.AssertContent(swarm.Folder.At("leech"));
        Assert.True((await client.AddAsync(swarm.Torrent.Source, cancellationToken: Cancellation)).WasThere);
    }

    [Fact]
    public async Task A_bare_info_hash_does_with_peers_from_elsewhere()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Torrent torrent = (await client.AddAsync(TorrentSource.Parse(seed.Hashes.ToString()), cancellationToken: Cancellation)).Torrent;
        Assert.False(torrent.HasMetadata);
        Assert.Equal(TroubleCodes.MetadataUnknown, Assert.Throws<FreshetException>(() => torrent.Metainfo).Code);
        await torrent.AddPeersAsync([swarm.SeederEndpoint], Cancellation);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leech"));
    }

    [Fact]
    public async Task The_link_or_the_caller_says_which_files_are_wanted_before_anything_comes()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Torrent byLink = (await client.AddAsync(TorrentSource.Parse(LinkTo(seed, swarm) + "&so=1"), cancellationToken: Cancellation)).Torrent;
        await byLink.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal([FilePriority.Skip, FilePriority.Normal, FilePriority.Skip, FilePriority.Skip], await byLink.GetPrioritiesAsync(Cancellation));
        Assert.False(File.Exists(swarm.Folder.At("leech/album/two.flac")));

        BitTorrentClient other = await swarm.StartAsync("other");
        Torrent byCaller = (await other.AddAsync(
            TorrentSource.Parse(LinkTo(seed, swarm) + "&so=1"), new AddOptions { Select = static file => file.Path.EndsWith("two.flac", StringComparison.Ordinal) }, Cancellation)).Torrent;
        await byCaller.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal([FilePriority.Skip, FilePriority.Skip, FilePriority.Skip, FilePriority.Normal], await byCaller.GetPrioritiesAsync(Cancellation));
    }

    [Fact]
    public async Task A_magnet_can_be_resolved_alone_and_what_was_found_is_known_from_then_on()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Metainfo metainfo = await client.ResolveAsync(TorrentSource.Parse(LinkTo(seed, swarm)), cancellationToken: Cancellation);
        Assert.Equal(seed.Hashes, metainfo.Hashes);
        Assert.Equal(swarm.Torrent.ToBytes(), metainfo.FileBytes.ToArray());
        Assert.Empty(client.Snapshot().Torrents);
        Assert.False(Directory.Exists(swarm.Folder.At("leech")));

        // Nobody is asked the second time.
        Torrent torrent = (await client.AddAsync(TorrentSource.Parse(seed.Hashes.ToString()), new AddOptions { Start = false }, Cancellation)).Torrent;
        Assert.True(torrent.HasMetadata);
    }

    [Fact]
    public async Task Who_adds_what_is_being_resolved_gets_the_torrent_and_the_other_its_metadata()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Task<Metainfo> resolving = client.ResolveAsync(TorrentSource.Parse(seed.Hashes.ToString()), cancellationToken: Cancellation);
        while (client.Snapshot().Torrents.Count == 0)
            await Task.Delay(10, Cancellation);
        Torrent torrent = (await client.AddAsync(TorrentSource.Parse(LinkTo(seed, swarm)), cancellationToken: Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal("album", (await resolving).Name);
        Assert.Single(client.Snapshot().Torrents);
    }

    [Fact]
    public async Task A_link_that_is_not_resolved_comes_back_with_the_session_and_one_that_was_does_too()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        string link = LinkTo(seed, swarm) + "&dn=some%20name";
        await using (BitTorrentClient client = await RestoreAsync(swarm))
        {
            await client.AddAsync(TorrentSource.Parse(link.Replace("x.pe", "x.no", StringComparison.Ordinal)), new AddOptions { Remember = true }, Cancellation);
        }

        await using (BitTorrentClient again = await RestoreAsync(swarm))
        {
            TorrentStatus status = Assert.Single(again.Snapshot().Torrents);
            Assert.Equal(("some name", false, TorrentState.FetchingMetadata), (status.Name, status.HasMetadata, status.State));
            Torrent torrent = again.Find(status.Id)!;
            await torrent.AddPeersAsync([swarm.SeederEndpoint], Cancellation);
            await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        }

        await using BitTorrentClient last = await RestoreAsync(swarm);
        TorrentStatus known = Assert.Single(last.Snapshot().Torrents);
        Assert.Equal(("album", true, true), (known.Name, known.HasMetadata, known.IsComplete));
        Assert.Equal(4, last.Find(known.Id)!.Metainfo.Layout.Files.Count);
    }

    [Fact]
    public async Task A_removal_while_metadata_is_fetched_ends_the_waiting()
    {
        await using var swarm = new LoopbackSwarm();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Torrent torrent = (await client.AddAsync(TorrentSource.Parse(new string('a', 40)), cancellationToken: Cancellation)).Torrent;
        Task<Metainfo> waiting = torrent.WaitForMetadataAsync(Cancellation);
        await client.RemoveAsync(torrent.Id, DataDisposal.Delete, Cancellation);
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(() => waiting);
        Assert.Equal(FreshetError.Conflict, error.Error);
    }

    [Fact]
    public async Task A_function_of_the_caller_that_throws_stops_the_torrent_with_its_words()
    {
        await using var swarm = new LoopbackSwarm();
        Torrent seed = await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync("leech");
        Torrent torrent = (await client.AddAsync(
            TorrentSource.Parse(LinkTo(seed, swarm)), new AddOptions { Select = static _ => throw new InvalidOperationException("not this one") }, Cancellation)).Torrent;
        FreshetException error = await Assert.ThrowsAsync<FreshetException>(() => torrent.WaitForMetadataAsync(Cancellation));
        Assert.Contains("not this one", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_v2_side_is_found_by_its_hash_and_gets_its_piece_layers_from_peers(TorrentVersion version)
    {
        await using var swarm = new LoopbackSwarm();
        swarm.Torrent.WriteContent(swarm.Folder.At("seeder"));
        CreatedTorrent created = await TorrentBuilder.CreateAsync(
            swarm.Folder.At("seeder/album"), new CreateOptions { Version = version, PieceLength = 32 * 1024 }, cancellationToken: Cancellation);
        BitTorrentClient seeder = await swarm.StartAsync("seeder");
        await (await seeder.AddAsync(TorrentSource.FromBytes(created.Bytes), cancellationToken: Cancellation)).Torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        var endpoint = new IPEndPoint(IPAddress.Loopback, seeder.Snapshot().ListenPort!.Value);
        foreach (InfoHashes hashes in new[] { created.Metainfo.Hashes, created.Metainfo.Hashes with { V1 = null } }.Distinct())
        {
            string name = hashes.IsHybrid ? "both" : "v2";
            BitTorrentClient leech = await swarm.StartAsync(name);
            Torrent torrent = (await leech.AddAsync(
                TorrentSource.FromMagnet(new MagnetLink { Hashes = hashes }), new AddOptions { Peers = [endpoint] }, Cancellation)).Torrent;
            await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
            swarm.Torrent.AssertContent(swarm.Folder.At(name));
            Assert.Equal(hashes, torrent.Hashes);

            // For a torrent file of its own: also where the metadata alone is known from before.
            BitTorrentClient other = await swarm.StartAsync("other-" + name);
            var link = TorrentSource.FromMagnet(new MagnetLink { Hashes = hashes });
            Metainfo bare = await other.ResolveAsync(link, new AddOptions { Peers = [endpoint] }, Cancellation);
            Assert.False(bare.HasAllPieceLayers);
            Metainfo whole = await other.ResolveAsync(link, new AddOptions { Peers = [endpoint], PieceLayers = true }, Cancellation);
            Assert.True(whole.HasAllPieceLayers);
            Assert.Equal(created.Metainfo.PieceLayers.Keys.ToHashSet(), whole.PieceLayers.Keys.ToHashSet());
            Assert.Empty(other.Snapshot().Torrents);
            Assert.False(Directory.Exists(swarm.Folder.At("other-" + name)));
        }
    }

    private static string LinkTo(Torrent seed, LoopbackSwarm swarm) => $"magnet:?xt=urn:btih:{seed.Hashes.V1}&x.pe={swarm.SeederEndpoint}";

    private static async Task<TEvent> FirstAsync<TEvent>(BitTorrentClient client)
        where TEvent : TorrentEvent
    {
        await foreach (TorrentEvent happened in client.EventsAsync(cancellationToken: Cancellation))
        {
            if (happened is TEvent wanted)
                return wanted;
        }

        throw new InvalidOperationException("The session ended.");
    }

    private static Task<BitTorrentClient> RestoreAsync(LoopbackSwarm swarm) => swarm.StartAsync(new ClientOptions
    {
        DownloadDirectory = swarm.Folder.At("leech"),
        StateDirectory = swarm.Folder.At("leech-state"),
        BindAddress = IPAddress.Loopback,
        RestoreTorrents = true,
    });
}
