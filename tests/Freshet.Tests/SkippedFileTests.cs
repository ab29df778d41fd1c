using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Skipped files leave nothing but the part file, which is used wherever their bytes are, and goes when it is not needed.</summary>
public sealed class SkippedFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_skipped_is_not_made_and_is_whole_when_it_is_wanted_after_all()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync(Options(swarm) with { AllocateFully = true });
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, OnlyTheCover(swarm), Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal([PartOf(swarm), "album/art/cover.jpg"], Files(swarm));
        long downloaded = status.Downloaded;

        await torrent.UpdateAsync(new TorrentPatch { Priorities = new Dictionary<FileIndex, FilePriority> { [new FileIndex(0)] = FilePriority.Normal } }, Cancellation);
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await torrent.UpdateAsync(new TorrentPatch { Priorities = new Dictionary<FileIndex, FilePriority> { [new FileIndex(3)] = FilePriority.Low, [new FileIndex(2)] = FilePriority.Low } }, Cancellation);
        status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        await torrent.StopAsync(Cancellation);
        swarm.Torrent.AssertContent(swarm.Folder.At("leecher"));
        Assert.DoesNotContain(PartOf(swarm), Files(swarm), StringComparer.Ordinal);
        Assert.True(downloaded > 0 && status.Downloaded == 1_033_001 + status.Wasted, $"{status.Downloaded} bytes came in, {status.Wasted} of them in vain");
    }

    [Fact]
    public async Task The_next_session_and_the_verifier_use_the_part_file()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient first = await swarm.StartAsync(Options(swarm));
        Torrent torrent = (await first.AddAsync(swarm.Torrent.Source, OnlyTheCover(swarm), Cancellation)).Torrent;
        int pieces = (await torrent.WaitAsync(TorrentCondition.Complete, Cancellation)).PiecesHave;
        await first.DisposeAsync();

        VerifyReport report = await ContentVerifier.VerifyAsync(torrent.Metainfo, swarm.Folder.At("leecher"), cancellationToken: Cancellation);
        Assert.Equal(pieces, report.Good.Count);
        BitTorrentClient second = await swarm.StartAsync(Options(swarm));
        torrent = (await second.AddAsync(swarm.Torrent.Source, OnlyTheCover(swarm) with { Peers = [], Check = CheckMode.Full }, Cancellation)).Torrent;
        TorrentStatus status = await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Equal(pieces, status.PiecesHave);
    }

    [Fact]
    public async Task Removing_the_data_removes_the_part_file()
    {
        await using var swarm = new LoopbackSwarm();
        await swarm.SeedAsync();
        BitTorrentClient client = await swarm.StartAsync(Options(swarm));
        Torrent torrent = (await client.AddAsync(swarm.Torrent.Source, OnlyTheCover(swarm), Cancellation)).Torrent;
        await torrent.WaitAsync(TorrentCondition.Complete, Cancellation);
        Assert.Contains(PartOf(swarm), Files(swarm), StringComparer.Ordinal);
        await client.RemoveAsync(torrent.Id, DataDisposal.Delete, Cancellation);
        Assert.Empty(Files(swarm));
    }

    private static ClientOptions Options(LoopbackSwarm swarm) => new()
    {
        DownloadDirectory = swarm.Folder.At("leecher"),
        StateDirectory = swarm.Folder.At("leecher-state"),
        BindAddress = System.Net.IPAddress.Loopback,
    };

    private static AddOptions OnlyTheCover(LoopbackSwarm swarm)
        => new() { Peers = [swarm.SeederEndpoint], Priority = file => file.Index.Value == 1 ? FilePriority.High : FilePriority.Skip };

    private static string PartOf(LoopbackSwarm swarm) => StorageLocation.PartFileOf(Metainfo.Load(swarm.Torrent.ToBytes()).Hashes);

    private static string[] Files(LoopbackSwarm swarm)
        => [.. Directory.EnumerateFiles(swarm.Folder.At("leecher"), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => Path.GetRelativePath(swarm.Folder.At("leecher"), path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
