using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>One DHT of libtorrent's nodes and ours: what the one announces and puts the other finds, and torrents without a tracker that lives are downloaded.</summary>
public sealed class DhtTests
{
    private const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string PublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task In_a_dht_of_twenty_and_twenty_each_side_finds_what_the_other_announces_and_puts()
    {
        await using MixedDht dht = await MixedDht.CreateAsync("127.0", nodes: 20);
        LabProcess libtorrent = dht.Libtorrent;

        // Announces.
        const string OursIs = "0123456789012345678901234567890123456789";
        const string TheirsIs = "89abcdef0189abcdef0189abcdef0189abcdef01";
        await libtorrent.TellAsync($"announce 4 {TheirsIs}");
        await dht.AskAsync(1, "announce", OursIs, "--port", "5001");
        await libtorrent.TellAsync($"peers 17 {OursIs}");
        await libtorrent.WaitForAsync($"peers {OursIs} {dht.Other(1)}:5001", Limit);
        Assert.Contains($"{dht.Theirs(5)}:6881", await dht.AskAsync(12, "get-peers", TheirsIs), StringComparison.Ordinal);

        // Immutable items: BEP 44's own example, and another.
        await libtorrent.TellAsync("put 3 Hello World!");
        await libtorrent.WaitForAsync("put e5f96f6f38320f0f33959cb4d3d656452117aadb", Limit);
        Assert.Contains("Hello World!", await dht.AskAsync(7, "get", "e5f96f6f38320f0f33959cb4d3d656452117aadb"), StringComparison.Ordinal);
        string put = await dht.AskAsync(9, "put", "from the other side", "--json");
        string target = System.Text.Json.JsonDocument.Parse(put).RootElement.GetProperty("target").GetString()!;
        await libtorrent.TellAsync($"get 13 {target}");
        await libtorrent.WaitForAsync($"item {target} from the other side", Limit);

        // Signed ones, of one key: libtorrent's is the first, ours takes its place.
        await libtorrent.TellAsync($"sign 6 {Seed} {PublicKey} news the first");
        await libtorrent.WaitForAsync("signed", Limit);
        Assert.Contains("the first", await dht.AskAsync(3, "get", PublicKey, "--salt", "news"), StringComparison.Ordinal);
        string key = Path.Combine(dht.Lab.Folder, "key");
        await File.WriteAllTextAsync(key, Seed, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("number 2", await dht.AskAsync(5, "put", "the second", "--key", key, "--salt", "news"), StringComparison.Ordinal);
        await libtorrent.TellAsync($"newest 15 {PublicKey} news");
        await libtorrent.WaitForAsync("newest 2 the second", Limit);
    }

    [Fact]
    public async Task A_torrent_whose_trackers_are_dead_is_downloaded_through_the_dht_both_ways()
    {
        await using MixedDht dht = await MixedDht.CreateAsync("10.78", nodes: 6);
        string source = dht.Host.NewFolder("data");
        string file = Content.File(source, "file", 3_000_000, seed: 7);
        string torrent = await Libtorrent.MakeAsync(dht.Lab, file, 65536, "http://127.0.0.1:1/announce", "udp://127.0.0.1:1/announce");

        // libtorrent seeds, and the command finds it.
        await dht.Libtorrent.TellAsync($"seed 2 {torrent} {source}");
        await dht.Libtorrent.WaitForAsync("seeding", Limit);
        string target = dht.Host.NewFolder("ours");
        LabProcess download = dht.Host.Freshet(
            "download", torrent, "-o", target, "--bind", dht.Other(1), "--dht-routers", $"{dht.Ours(3)}:6881", "--seed-forever", "--listen-port", "6881", "-v");
        await download.WaitForAsync("complete", Limit);
        Content.MustBeSame(file, Path.Combine(target, "file"));

        // So does a bare info-hash, whose metadata libtorrent gives too.
        string fromHash = dht.Host.NewFolder("from-hash");
        LabProcess magnet = dht.Host.Freshet(
            "download", await TorrentFile.InfoHashAsync(torrent), "-o", fromHash, "--bind", dht.Other(2), "--dht-routers", $"{dht.Theirs(4)}:6881",
            "--state-dir", dht.Host.NewFolder("state-2"), "-v");
        Assert.Equal(0, await magnet.WaitAsync(Limit));
        Content.MustBeSame(file, Path.Combine(fromHash, "file"));

        // The first seeder leaves: another client of libtorrent finds the command, which alone has it now.
        await dht.Libtorrent.TellAsync("leave 2");
        await dht.Libtorrent.WaitForAsync("left", Limit);
        string theirs = dht.Host.NewFolder("theirs");
        await dht.Libtorrent.TellAsync($"join 5 {torrent} {theirs}");
        await dht.Libtorrent.WaitForAsync("done", Limit);
        Content.MustBeSame(file, Path.Combine(theirs, "file"));
    }
}
