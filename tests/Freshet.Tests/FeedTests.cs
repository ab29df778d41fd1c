using Freshet.Core;

namespace Freshet.Tests;

/// <summary>Feeds (BEP 46) through the public API: a DHT of our own nodes on addresses of this machine, sessions that publish and sessions that follow.</summary>
public sealed class FeedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old_one_and_only_what_changed_comes_over_the_network()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/same.bin", 900_000, seed: 1);
        lab.Write("site/changed.bin", 600_000, seed: 2);
        lab.Write("site/gone.txt", 5_000, seed: 3);
        lab.Write("site/moved-from.bin", 300_000, seed: 4);
        await using FeedSide publisher = await lab.PublishAsync();
        FeedPublished first = await publisher.NextAsync<FeedPublished>();
        Assert.Equal((1, "site"), (first.Sequence, first.Name));

        await using FeedSide follower = await lab.FollowAsync();
        FeedUpdated one = await follower.NextAsync<FeedUpdated>();
        Assert.Equal((1L, first.Hashes.Primary), (one.Sequence, one.Hashes.Primary));
        lab.AssertSame("site");
        File.WriteAllText(lab.Folder.At("followed", "site", "my own notes.txt"), "mine");

        // A byte in the middle of one file, one file gone, one moved, one new.
        byte[] bytes = File.ReadAllBytes(lab.At("site/changed.bin"));
        bytes[300_000] ^= 1;
        await publisher.DisposeAsync();
        File.WriteAllBytes(lab.At("site/changed.bin"), bytes);
        File.Delete(lab.At("site/gone.txt"));
        Directory.CreateDirectory(lab.At("site/deep"));
        File.Move(lab.At("site/moved-from.bin"), lab.At("site/deep/moved-to.bin"));
        lab.Write("site/new.bin", 50_000, seed: 5);
        await using FeedSide again = await lab.PublishAsync();
        Assert.Equal(2, (await again.NextAsync<FeedPublished>()).Sequence);

        FeedUpdated two = await follower.NextAsync<FeedUpdated>();
        Assert.Equal(2, two.Sequence);
        lab.AssertSame("site");
        Assert.False(File.Exists(lab.Folder.At("followed", "site", "gone.txt")));
        Assert.False(File.Exists(lab.Folder.At("followed", "site", "moved-from.bin")));
        Assert.Equal("mine", File.ReadAllText(lab.Folder.At("followed", "site", "my own notes.txt")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(lab.Folder.At("followed"), ".freshet-*"));

        // The piece of the changed byte, and the pieces of the new file; nothing of the 1.8 MB that was here.
        int piece = PieceLengths.Automatic(two.Size);
        Assert.InRange(two.Downloaded, 50_000, piece + 50_000 + piece);
    }

    [Fact]
    public async Task After_a_restart_of_both_nothing_is_fetched_and_the_number_stays()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 400_000, seed: 1);
        FeedLink link;
        await using (FeedSide publisher = await lab.PublishAsync())
        {
            link = publisher.Link;
            Assert.Equal(1, (await publisher.NextAsync<FeedPublished>()).Sequence);
            await using FeedSide follower = await lab.FollowAsync();
            Assert.Equal(1, (await follower.NextAsync<FeedUpdated>()).Sequence);
        }

        await using FeedSide republisher = await lab.PublishAsync();
        Assert.Equal((1L, link), ((await republisher.NextAsync<FeedPublished>()).Sequence, republisher.Link));
        await using FeedSide once = await lab.FollowAsync(once: true);
        Assert.Equal(1, (await once.NextAsync<FeedUnchanged>()).Sequence);
        await once.EndAsync();
        lab.AssertSame("site");
    }

    [Fact]
    public async Task What_was_changed_behind_its_back_is_fetched_again()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 400_000, seed: 1);
        lab.Write("site/b.bin", 400_000, seed: 2);
        await using FeedSide publisher = await lab.PublishAsync();
        await publisher.NextAsync<FeedPublished>();
        await using (FeedSide follower = await lab.FollowAsync(once: true))
            await follower.EndAsync();
        File.WriteAllText(lab.Folder.At("followed", "site", "a.bin"), "spoilt");
        await using FeedSide again = await lab.FollowAsync(once: true);
        FeedUpdated mended = await again.NextAsync<FeedUpdated>();
        await again.EndAsync();
        lab.AssertSame("site");
        Assert.InRange(mended.Downloaded, 1, 500_000);
    }

    [Fact]
    public async Task An_older_item_that_somebody_plays_back_does_no_harm()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 100_000, seed: 1);
        await using FeedSide publisher = await lab.PublishAsync();
        await publisher.NextAsync<FeedPublished>();
        await using (FeedSide follower = await lab.FollowAsync(once: true))
            await follower.EndAsync();
        await publisher.DisposeAsync();
        lab.Write("site/a.bin", 100_000, seed: 2);
        await using FeedSide newer = await lab.PublishAsync();
        await newer.NextAsync<FeedPublished>();
        await using (FeedSide follower = await lab.FollowAsync(once: true))
            Assert.Equal(2, (await follower.NextAsync<FeedUpdated>()).Sequence);
        await newer.DisposeAsync();

        // All nodes that knew the second version are gone; those that came know only what is played back to them: version 1, truly signed.
        await lab.RenewDhtAsync();
        DhtItemResult replayed = await lab.AskAsync(client => client.PutAsync(
            lab.FirstValue, lab.Key.Seed, default, sequence: 1, cancellationToken: Cancellation));
        Assert.InRange(replayed.Stored, 1, 100);
        await using FeedSide after = await lab.FollowAsync(once: true);
        Assert.Equal(2, (await after.NextAsync<FeedUnchanged>()).Sequence);
        await after.EndAsync();
        lab.AssertSame("site");
    }

    [Fact]
    public async Task Followers_keep_a_feed_alive_whose_publisher_is_gone_and_give_it_to_others()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 200_000, seed: 1);
        await using FeedSide publisher = await lab.PublishAsync();
        await publisher.NextAsync<FeedPublished>();
        await using FeedSide follower = await lab.FollowAsync();
        await follower.NextAsync<FeedUpdated>();
        await publisher.DisposeAsync();
        await lab.RenewDhtAsync();
        await follower.NextAsync<FeedRefreshed>();
        await using FeedSide other = await lab.FollowAsync(once: true, name: "other");
        Assert.Equal(1, (await other.NextAsync<FeedUpdated>()).Sequence);
        await other.EndAsync();
        lab.AssertSame("site", "other");
    }

    [Fact]
    public async Task A_file_of_the_users_own_is_not_written_over_unless_he_says_so()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 50_000, seed: 1);
        await using FeedSide publisher = await lab.PublishAsync();
        await publisher.NextAsync<FeedPublished>();
        string mine = lab.Folder.At("followed", "site", "a.bin");
        Directory.CreateDirectory(Path.GetDirectoryName(mine)!);
        File.WriteAllText(mine, "mine");
        await using (FeedSide careful = await lab.FollowAsync(once: true))
        {
            FreshetException refused = await Assert.ThrowsAsync<FreshetException>(careful.EndAsync);
            Assert.Equal((FreshetError.Conflict, TroubleCodes.FileExists), (refused.Error, refused.Code));
        }

        Assert.Equal("mine", File.ReadAllText(mine));
        await using FeedSide bold = await lab.FollowAsync(once: true, overwrite: true);
        await bold.NextAsync<FeedUpdated>();
        await bold.EndAsync();
        lab.AssertSame("site");
    }

    [Fact]
    public async Task A_feed_that_nobody_published_is_said_to_be_none()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        await using FeedSide follower = await lab.FollowAsync(once: true);
        FreshetException failure = await Assert.ThrowsAsync<FreshetException>(follower.EndAsync);
        Assert.Equal((FreshetError.Network, TroubleCodes.FeedFailed), (failure.Error, failure.Code));
    }

    [Fact]
    public async Task What_changes_while_it_is_watched_is_published()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 100_000, seed: 1);
        await using FeedSide publisher = await lab.PublishAsync(watch: TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, (await publisher.NextAsync<FeedPublished>()).Sequence);
        await using FeedSide follower = await lab.FollowAsync();
        await follower.NextAsync<FeedUpdated>();
        lab.Write("site/b.bin", 30_000, seed: 2);
        Assert.Equal(2, (await publisher.NextAsync<FeedPublished>()).Sequence);
        Assert.Equal(2, (await follower.NextAsync<FeedUpdated>()).Sequence);
        lab.AssertSame("site");
    }

    [Fact]
    public async Task Of_two_publishers_with_one_key_the_later_one_wins_and_the_other_says_so()
    {
        await using FeedLab lab = await FeedLab.StartAsync();
        lab.Write("site/a.bin", 20_000, seed: 1);
        await using FeedSide one = await lab.PublishAsync(refresh: TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, (await one.NextAsync<FeedPublished>()).Sequence);
        lab.Write("elsewhere/b.bin", 20_000, seed: 2);
        await using FeedSide two = await lab.PublishAsync("elsewhere");
        Assert.Equal(2, (await two.NextAsync<FeedPublished>()).Sequence);
        Assert.Equal(2, (await one.NextAsync<FeedSuperseded>()).Sequence);
        await using FeedSide follower = await lab.FollowAsync(once: true);
        Assert.Equal("elsewhere", (await follower.NextAsync<FeedUpdated>()).Name);
        await follower.EndAsync();
    }
}
