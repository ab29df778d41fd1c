using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Tests.Disk;

public class FileStampsTests
{
    private const int Many = 3 * FileStamps.InTurn;

    [Fact]
    public void The_first_look_is_at_all_files_and_later_ones_are_at_some()
    {
        (CountingFolder folder, FileStamps stamps) = Make(Many);
        Assert.All(stamps.Look(), stamp => Assert.Equal(0, stamp.Length));
        Assert.Equal(Many, folder.Looked);
        stamps.Look();
        Assert.Equal(Many + FileStamps.InTurn, folder.Looked);
    }

    [Fact]
    public void Files_that_were_written_are_looked_at_at_once()
    {
        (CountingFolder folder, FileStamps stamps) = Make(Many);
        stamps.Look();
        folder.Lengths[^1] = 7;
        stamps.Changed(new FileIndex(Many - 1));
        Assert.Equal(7, stamps.Look()[^1].Length);
    }

    [Fact]
    public void What_somebody_else_did_to_any_file_shows_after_one_round()
    {
        (CountingFolder folder, FileStamps stamps) = Make(Many);
        stamps.Look();
        Array.Fill(folder.Lengths, -1);
        for (int i = 1; i < Many / FileStamps.InTurn; i++)
            stamps.Look();
        Assert.All(stamps.Look(), stamp => Assert.Equal(-1, stamp.Length));
    }

    [Fact]
    public void Few_files_are_all_looked_at_each_time()
    {
        (CountingFolder folder, FileStamps stamps) = Make(FileStamps.InTurn);
        stamps.Look();
        folder.Lengths[0] = 1;
        folder.Lengths[^1] = 2;
        FileStamp[] seen = stamps.Look();
        Assert.Equal((1, 2), (seen[0].Length, seen[^1].Length));
    }

    [Fact]
    public void After_a_look_that_failed_or_when_all_may_have_changed_all_are_looked_at()
    {
        (CountingFolder folder, FileStamps stamps) = Make(Many);
        stamps.Look();
        folder.Fails = true;
        Assert.Throws<StorageException>(stamps.Look);
        folder.Fails = false;
        Array.Fill(folder.Lengths, 5);
        Assert.All(stamps.Look(), stamp => Assert.Equal(5, stamp.Length));
        Array.Fill(folder.Lengths, 6);
        stamps.Forget();
        Assert.All(stamps.Look(), stamp => Assert.Equal(6, stamp.Length));
    }

    [Fact]
    public void What_was_handed_out_does_not_change()
    {
        (CountingFolder folder, FileStamps stamps) = Make(2);
        FileStamp[] before = stamps.Look();
        folder.Lengths[0] = 9;
        stamps.Look();
        Assert.Equal(0, before[0].Length);
    }

    private static (CountingFolder Folder, FileStamps Stamps) Make(int count)
    {
        var folder = new CountingFolder(count);
        FileEntry[] files = [.. Enumerable.Range(0, count).Select(i => new FileEntry { Index = new FileIndex(i), Path = $"{i}", OriginalPath = $"{i}", Length = 1, Offset = i })];
        return (folder, new FileStamps(folder, files));
    }

    private sealed class CountingFolder(int count) : Folder("/nowhere")
    {
        public long[] Lengths { get; } = new long[count];

        public int Looked { get; private set; }

        public bool Fails { get; set; }

        public override FileStamp[] Stamp(IReadOnlyList<FileEntry> files)
        {
            if (Fails)
                throw new StorageException(new DiskError(DiskErrorKind.Device, "/nowhere", "told to fail"));
            Looked += files.Count;
            return [.. files.Select(file => new FileStamp(Lengths[file.Index.Value], 0))];
        }

        public override PayloadFile? Open(string path, bool write) => throw new NotSupportedException();

        public override PayloadFile Create(string path) => throw new NotSupportedException();

        public override void Rename(string from, string to) => throw new NotSupportedException();

        public override void Delete(string path) => throw new NotSupportedException();

        public override void SyncNames() => throw new NotSupportedException();
    }
}
