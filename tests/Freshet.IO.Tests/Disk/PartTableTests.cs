using System.Buffers.Binary;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

public sealed class PartTableTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var table = new PartTable(100, 32 * 1024);
        foreach (int piece in (int[])[7, 3, 99])
            table.Take(piece);
        Assert.True(PartTable.TryParse(table.ToArray(), 100, 32 * 1024, out PartTable read));
        Assert.Equal(3, read.Count);
        Assert.Equal([4096, 4096 + 32768, 4096 + 65536], ((int[])[7, 3, 99]).Select(read.OffsetOf));
        Assert.Equal(-1, read.OffsetOf(8));
        Assert.Equal(table.ToArray(), read.ToArray());
    }

    [Fact]
    public void A_slot_that_is_free_is_used_again()
    {
        var table = new PartTable(10, 1000);
        for (int piece = 0; piece < 5; piece++)
            table.Take(piece);
        table.Free(1);
        table.Free(3);
        Assert.True(PartTable.TryParse(table.ToArray(), 10, 1000, out PartTable read));
        foreach (PartTable each in (PartTable[])[table, read])
        {
            each.Take(9);
            each.Take(8);
            each.Take(7);
            Assert.Equal([4096 + 1000, 4096 + 3000, 4096 + 5000], ((int[])[9, 8, 7]).Select(each.OffsetOf));
            Assert.Equal(6, each.Count);
        }
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, -1)]
    [InlineData(0, 11)]
    [InlineData(0, int.MinValue)]
    public void A_slot_that_is_taken_twice_or_cannot_be_makes_the_head_unsound(int first, int second)
    {
        byte[] head = new PartTable(10, 1000).ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(PartTable.PlaceOf(4)), first);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(PartTable.PlaceOf(5)), second);
        Assert.False(PartTable.TryParse(head, 10, 1000, out PartTable read));
        Assert.Equal(0, read.Count);
        Assert.False(read.Has(4));
    }

    [Fact]
    public void A_head_of_another_torrent_or_a_short_one_is_none()
    {
        byte[] head = new PartTable(10, 1000).ToArray();
        Assert.False(PartTable.TryParse(head, 11, 1000, out _));
        Assert.False(PartTable.TryParse(head, 9, 1000, out _));
        Assert.False(PartTable.TryParse(head, 10, 1001, out _));
        Assert.False(PartTable.TryParse(head.AsSpan(1), 10, 1000, out _));
        Assert.False(PartTable.TryParse(head.AsSpan(0, head.Length - 1), 10, 1000, out _));
        Assert.False(PartTable.TryParse([], 10, 1000, out _));
    }
}
