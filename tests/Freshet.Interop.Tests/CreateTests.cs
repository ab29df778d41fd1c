using Freshet.Interop.Tests.Clients;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The torrents that the command makes are those that others make of the same content: the info-hashes agree.</summary>
public sealed class CreateTests
{
    private const string TransmissionCreate = "/usr/bin/transmission-create";

    [Theory]
    [InlineData(65536, "v1")]
    [InlineData(2 * 1024 * 1024, "v1")]
    [InlineData(16384, "v2")]
    [InlineData(2 * 1024 * 1024, "v2")]
    [InlineData(65536, "hybrid")]
    [InlineData(2 * 1024 * 1024, "hybrid")]
    public async Task As_libtorrent_does_of_a_folder_and_of_a_file(int pieceLength, string version)
    {
        await Libtorrent.NeedAsync();
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        LabHost host = await lab.AddHostAsync();
        string folder = host.NewFolder("data");
        foreach (string content in (string[])[Content.Tree(folder, "tree", files: 300, seed: 41), Content.File(folder, "film.bin", 37_654_321, seed: 42)])
        {
            string theirs = Path.Combine(lab.Folder, "theirs.torrent"), ours = Path.Combine(lab.Folder, "ours.torrent");
            string script = await lab.ScriptAsync("libtorrent_create.py");
            string printed = await LabProcess.RunAsync(Libtorrent.Python, script, theirs, content, pieceLength.ToString(), version);

            // Read by libtorrent: it checks the layers against the roots.
            await CreateAsync(host, content, ours, "--" + version, "--piece-length", pieceLength.ToString());
            Assert.Equal(printed, await LabProcess.RunAsync(Libtorrent.Python, await lab.ScriptAsync("libtorrent_hashes.py"), ours));
        }
    }

    [Theory]
    [InlineData("--v2")]
    [InlineData("--hybrid")]
    public async Task Libtorrent_seeds_what_it_made(string version)
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.PublishAsync(Content.Tree(swarm.Source, "tree", files: 40, seed: 43), version, "--piece-length", "64KiB");
        await swarm.SeedAsync();
        await swarm.DownloadAsync(swarm.SeederAsPeer);
    }

    [Fact]
    public async Task As_transmission_does_of_a_private_folder()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync(TransmissionCreate);
        LabHost host = await lab.AddHostAsync();

        // It sorts whole paths and leaves empty files out: names that both orders agree on, and bytes in each.
        string content = Path.Combine(host.NewFolder("data"), "album");
        foreach (string place in (string[])["art", "disc1", "disc2"])
            Content.File(Directory.CreateDirectory(Path.Combine(content, place)).FullName, $"{place}.bin", 300_007, seed: place.Length);
        Content.File(content, "readme", 99, seed: 7);

        string theirs = Path.Combine(lab.Folder, "theirs.torrent"), ours = Path.Combine(lab.Folder, "ours.torrent");
        await LabProcess.RunAsync(TransmissionCreate, "-p", "-s", "64", "-t", "http://t.example/announce", "-o", theirs, content);
        await CreateAsync(host, content, ours, "--v1", "--private", "--piece-length", "64KiB", "--tracker", "http://t.example/announce");
        Assert.Equal(await TorrentFile.InfoHashAsync(theirs), await TorrentFile.InfoHashAsync(ours));
    }

    private static async Task CreateAsync(LabHost host, string content, string torrent, params string[] more)
    {
        LabProcess freshet = host.Freshet(["create", content, "-o", torrent, "--force", .. more]);
        int code = await freshet.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(code == 0, $"freshet ended with {code}:\n{freshet.Output}");
    }
}
