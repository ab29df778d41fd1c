using System.Text.Json;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>Feeds (BEP 46) in a DHT of libtorrent's nodes and ours, where nobody is told of anybody but one node.</summary>
public sealed class FeedTests
{
    private const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string PublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private const int Files = 60;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_dht_alone_leads_to_a_feed_and_a_kill_amid_its_next_version_loses_nothing()
    {
        Assert.SkipUnless(File.Exists(LabHost.Tracer), "strace is not installed");
        await using MixedDht dht = await MixedDht.CreateAsync("10.78", nodes: 5);
        string folder = dht.Host.NewFolder("published"), target = dht.Host.NewFolder("followed"), state = dht.Host.NewFolder("follower");
        string site = Content.Tree(folder, "site", Files, seed: 81);
        LabProcess publisher = dht.Host.Freshet(
            "publish", site, "--key", await KeyAsync(dht), "--watch", "1s", "--bind", dht.Other(1), "--dht-routers", $"{dht.Ours(1)}:6881", "--state-dir", dht.Host.NewFolder("publisher"), "--json");
        await publisher.WaitForAsync("\"feedPublished\"", Limit);

        string[] follow =
        [
            "follow", PublicKey, "-o", target, "--bind", dht.Other(2), "--listen-port", "6881", "--dht-routers", $"{dht.Theirs(2)}:6881", "--state-dir", state, "--once", "--json",
        ];
        LabProcess first = dht.Host.Freshet(follow);
        Assert.True(await first.WaitAsync(Limit) == 0, first.Output);
        Content.MustBeSame(site, Path.Combine(target, "site"));
        await File.WriteAllTextAsync(Path.Combine(target, "my notes.txt"), "mine", TestContext.Current.CancellationToken);

        // What we publish libtorrent finds, and takes the signature for good.
        await dht.Libtorrent.TellAsync($"newest 1 {PublicKey}");
        await dht.Libtorrent.WaitForAsync("newest 1 a dictionary", Limit);

        // Every file gets another place, and one is new. The follower is killed when a third of them have theirs.
        Directory.Move(site, Path.Combine(folder, "old"));
        Directory.CreateDirectory(site);
        Directory.Move(Path.Combine(folder, "old"), Path.Combine(site, "deep"));
        Content.File(site, "new.bin", 100_003, seed: 82);
        await publisher.WaitForAsync("\"version\":2", Limit);
        LabProcess killed = dht.Host.FreshetKilledAt("rename", Files / 3, follow);
        Assert.True(await killed.WaitAsync(Limit) != 0, killed.Output);
        int here = Count(Path.Combine(target, "site", "deep")), waiting = Count(Directory.GetDirectories(target, ".freshet-feed-*").Single());
        Assert.InRange(here, 1, Files - 1);
        Assert.Equal(Files + 1, here + waiting);

        // What had come and what was here is used: nothing but the new file came from peers, and that before the kill.
        LabProcess again = dht.Host.Freshet(follow);
        Assert.Equal(0, await again.WaitAsync(Limit));
        Content.MustBeSame(site, Path.Combine(target, "site"));
        Assert.Equal(["my notes.txt", "site"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(0, Event(again, "feedUpdated").GetProperty("downloadedBytes").GetInt64());
    }

    private static async Task<string> KeyAsync(MixedDht dht)
    {
        string key = Path.Combine(dht.Lab.Folder, "key");
        await File.WriteAllTextAsync(key, Seed, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return key;
    }

    private static int Count(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();

    private static JsonElement Event(LabProcess process, string kind)
        => process.Output.Split('\n').Where(static line => line.StartsWith('{')).Select(static line => JsonDocument.Parse(line).RootElement).Last(line => line.GetProperty("event").GetString() == kind);
}
