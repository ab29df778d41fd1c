using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

/// <summary>THREATS P8: what stands where the torrent's files would go, and is not the torrent's.</summary>
public sealed class ForeignFileTests
{
    private const int Block = BlockRange.BlockLength;

    [Theory]
    [InlineData(3)]
    [InlineData(4 * Block)]
    [InlineData(20 * Block)]
    public void A_file_that_holds_nothing_of_the_torrent_is_left_as_it_is(int length)
    {
        StorageRig rig = WithForeignFile(length);
        FileStamp before = rig.Disk.Files[1].Stamp;
        rig.Start(allocate: true);
        Assert.True(rig.Torrent.IsClosed);
        Assert.Equal([new FileIndex(1)], rig.Owner.Foreign);
        Assert.Equal(before, rig.Disk.Files[1].Stamp);
        Assert.Equal(FileStamp.Missing, rig.Disk.Files[0].Stamp);
        Assert.Null(rig.Stored);
    }

    [Fact]
    public void It_is_overwritten_where_the_user_says_so()
    {
        StorageRig rig = WithForeignFile(8 * Block);
        rig.Start(overwrite: true);
        Assert.True(rig.Torrent.IsReady);
        Assert.Empty(rig.Owner.Foreign);
    }

    [Fact]
    public void One_right_piece_makes_the_files_the_torrents_own()
    {
        StorageRig rig = WithForeignFile(8 * Block);
        byte[] piece = rig.Content(new PieceIndex(0)).ToArray();
        rig.Disk.Files[0].Tamper(_ => piece, 0);
        rig.Start();
        Assert.True(rig.Torrent.IsReady);
        Assert.True(rig.Torrent.Have[new PieceIndex(0)]);
    }

    [Fact]
    public void A_record_makes_them_its_own_even_if_all_is_damaged()
    {
        var rig = new StorageRig(21, 4 * Block, [8 * Block], 4 << 20);
        rig.Start();
        rig.DeliverPiece(0);
        rig.StopCleanly();
        rig.Disk.Files[0].Tamper(bytes => new byte[bytes.Length], TimeSpan.TicksPerDay);
        rig.Boot();
        rig.Start(DiskCheck.Full);
        Assert.True(rig.Torrent.IsReady);
        Assert.True(rig.Torrent.Have.IsEmpty);
    }

    [Fact]
    public void A_file_that_goes_on_after_the_torrents_last_byte_counts_and_its_rest_is_said()
    {
        var rig = new StorageRig(22, 4 * Block, [4 * Block], 4 << 20);
        byte[] longer = [.. rig.Content(new PieceIndex(0)), 1, 2, 3];
        rig.Disk.Files[0].Tamper(_ => longer, 0);
        rig.Start();
        Assert.True(rig.Torrent.Have.IsFull);
        Assert.Equal(new FileTailNotice(rig.Location.Torrent, "f0", 3), Assert.Single(rig.Notices.OfType<FileTailNotice>()));
        Assert.Equal(longer.Length, rig.Disk.Files[0].Stamp.Length);
    }

    private static StorageRig WithForeignFile(int length)
    {
        var rig = new StorageRig(20, 4 * Block, [4 * Block, 8 * Block], 4 << 20);
        rig.Disk.Files[1].Tamper(_ => new byte[length], 5);
        return rig;
    }
}
