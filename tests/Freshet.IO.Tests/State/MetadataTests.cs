using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.State;
using Freshet.IO.Tests.Disk;

namespace Freshet.IO.Tests.State;

/// <summary>Metadata that came from peers, kept until it is in the way.</summary>
public sealed class MetadataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_there_after_a_restart_until_its_torrent_is_forgotten()
    {
        using (SqliteStateStore store = SqliteStateStore.Open(_folder.Path))
            store.KeepMetadata(Records.V1(1), new byte[] { 1, 2, 3 });
        using SqliteStateStore again = SqliteStateStore.Open(_folder.Path);
        Assert.Equal([1, 2, 3], again.LoadMetadata(Records.V1(1))!.Value.ToArray());
        Assert.Null(again.LoadMetadata(Records.V1(2)));
        again.Remove(Records.V1(1));
        Assert.Null(again.LoadMetadata(Records.V1(1)));
    }

    [Fact]
    public void The_oldest_goes_where_there_is_too_much()
    {
        using SqliteStateStore store = SqliteStateStore.Open(_folder.Path);
        for (int i = 1; i <= 5; i++)
            store.KeepMetadata(Records.V1((byte)i), new byte[MetadataPieces.MaxSize]);
        Assert.Null(store.LoadMetadata(Records.V1(1)));
        Assert.NotNull(store.LoadMetadata(Records.V1(2)));
        store.KeepMetadata(Records.V1(2), new byte[MetadataPieces.MaxSize]);
        store.KeepMetadata(Records.V1(6), new byte[1]);
        Assert.Null(store.LoadMetadata(Records.V1(3)));
        Assert.NotNull(store.LoadMetadata(Records.V1(2)));
    }

    [Fact]
    public void A_torrent_that_is_remembered_by_its_link_gets_its_metainfo_later()
    {
        using SqliteStateStore store = SqliteStateStore.Open(_folder.Path);
        var unknown = new RememberedTorrent { Hashes = Records.V1(1), Directory = "/a", Name = "link", TotalBytes = 0, PieceCount = 0, Options = "{}" };
        store.Remember([new RememberedEntry(unknown, default)]);
        Assert.Null(store.LoadMetainfo(Records.V1(1)));
        store.Remember([new RememberedEntry(unknown with { Name = "name", TotalBytes = 100, PieceCount = 7, IsPrivate = true, Options = null }, new byte[] { 4 })]);
        RememberedTorrent known = Assert.Single(store.LoadRemembered());
        Assert.Equal(("name", 100, 7, true, null), (known.Name, known.TotalBytes, known.PieceCount, known.IsPrivate, known.Options));
        Assert.Equal([4], store.LoadMetainfo(Records.V1(1))!.Value.ToArray());
    }
}
