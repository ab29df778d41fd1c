using System.Security.Cryptography;
using Freshet.Interop.Tests.Lab;

namespace Freshet.Interop.Tests;

/// <summary>The command downloads what is large: many files, and one that is beyond 32 bits.</summary>
public sealed class LargeTests
{
    [Fact]
    public async Task Five_thousand_files_in_nested_folders()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        await swarm.ShareAsync(Content.Tree(swarm.Source, "many", files: 5000, seed: 3), 64 * 1024);
        await swarm.SeedAsync();
        await swarm.DownloadAsync(swarm.SeederAsPeer);
    }

    [Fact]
    public async Task A_file_that_crosses_4_GiB()
    {
        await using Swarm swarm = await Swarm.CreateAsync();
        const long Length = (4L << 30) + (3 << 20) + 17;
        string content = Path.Combine(swarm.Source, "huge.bin");
        byte[] mark = RandomNumberGenerator.GetBytes(1 << 20);
        await using (FileStream file = File.Create(content))
        {
            file.SetLength(Length);
            foreach (long place in new[] { 0, (4L << 30) - (1 << 19), Length - mark.Length })
            {
                file.Position = place;
                await file.WriteAsync(mark, TestContext.Current.CancellationToken);
            }
        }

        string torrent = Path.Combine(swarm.Lab.Folder, "huge.torrent");
        await TorrentFile.MakeSparseAsync(torrent, content, 4 << 20);
        swarm.Share(content, torrent);
        await swarm.SeedAsync();
        await swarm.DownloadAsync(swarm.SeederAsPeer);
    }
}
