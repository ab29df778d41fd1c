using System.Net;
using System.Text.Json;
using Freshet.Core;

namespace Freshet.Cli.Tests.Download;

/// <summary>Two torrents that share a file, as somebody at a terminal makes, looks at and downloads them.</summary>
public sealed class SameFileTests
{
    private const int Common = 3_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--v1")]
    [InlineData("--v2")]
    [InlineData("--hybrid")]
    public async Task What_one_torrent_has_the_other_takes_and_both_are_right(string version)
    {
        using var folder = new TempFolder();
        byte[] common = Bytes(1, Common);
        Write(folder.At("out", "first"), ("film.mkv", common), ("a.txt", Bytes(2, 1000)));
        Write(folder.At("seed", "second"), ("same film.mkv", common), ("z.txt", Bytes(3, 50_000)));
        string first = folder.At("first.torrent");
        string second = folder.At("second.torrent");
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("create", folder.At("out", "first"), version, "-o", first)).ExitCode);
        string similar = Metainfo.Load(await File.ReadAllBytesAsync(first, Cancellation)).Hashes.V1?.ToString() ?? new string('0', 40);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("create", folder.At("seed", "second"), version, "-o", second, "--similar", similar, "--collection", "films")).ExitCode);
        CliResult info = await Cli.RunAsync("info", second);
        Assert.Contains($"Similar       {similar}", info.Out, StringComparison.Ordinal);
        Assert.Contains("Collection    films", info.Out, StringComparison.Ordinal);

        await using BitTorrentClient seeder = await BitTorrentClient.StartAsync(
            new ClientOptions { DownloadDirectory = folder.At("seed"), StateDirectory = folder.At("seed-state"), BindAddress = IPAddress.Loopback }, Cancellation);
        Torrent seed = (await seeder.AddAsync(TorrentSource.FromFile(second), cancellationToken: Cancellation)).Torrent;
        await seed.WaitAsync(TorrentCondition.Complete, Cancellation);

        // So slow that the file would take long from there.
        CliResult result = await Cli.RunAsync(
            "download", first, second, "-o", folder.At("out"), "--state-dir", folder.At("state"), "--bind", "127.0.0.1", "--json", "--limit-down", "200KiB",
            "--peer", $"127.0.0.1:{seeder.Snapshot().ListenPort}");
        Assert.Equal(ExitCode.Ok, result.ExitCode);
        Assert.Equal(common, await File.ReadAllBytesAsync(folder.At("out", "second", "same film.mkv"), Cancellation));
        JsonElement[] events = [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        JsonElement taken = Assert.Single(events, static happened => happened.GetProperty("event").GetString() == "fileTaken");
        Assert.Equal(("second/same film.mkv", "first"), (taken.GetProperty("path").GetString(), taken.GetProperty("fromName").GetString()));
        Assert.InRange(taken.GetProperty("bytes").GetInt64(), Common / 2, Common);
        JsonElement completed = Assert.Single(events, static happened => happened.GetProperty("event").GetString() == "completed" && happened.GetProperty("taken").GetInt64() > 0);
        Assert.InRange(completed.GetProperty("downloaded").GetInt64(), 50_000, Common / 2);
    }

    private static byte[] Bytes(ulong seed, int length)
    {
        byte[] bytes = new byte[length];
        new SeededRandom(seed).NextBytes(bytes);
        return bytes;
    }

    private static void Write(string folder, params (string Name, byte[] Bytes)[] files)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in files)
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }
}
