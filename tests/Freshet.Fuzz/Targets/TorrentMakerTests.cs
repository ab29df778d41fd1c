using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>A fuzz run proves little if nothing it makes is accepted before it is spoiled.</summary>
public sealed class TorrentMakerTests
{
    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Torrents_are_well_formed_before_they_are_spoiled(TorrentVersion version)
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            byte[] torrent = new TorrentMaker(new SeededRandom(seed)).Make(version);
            Exception? refusal = Record.Exception(() => Assert.Equal(version, Metainfo.Load(torrent, PathRules.Posix).Version));
            Assert.True(refusal is null, $"seed {seed}: {refusal?.Message}");
        }
    }
}
