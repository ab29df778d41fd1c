using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Tests.Storage;

public sealed class ResumePlanTests
{
    private const int Block = BlockRange.BlockLength;
    private const long T = 638_000_000_000_000_123;
    private const long Second = TimeSpan.TicksPerSecond;

    // Three files over five pieces of two blocks: f0 pieces 0 to 1, f1 pieces 2 to 3 (whole), f2 piece 4.
    private static readonly long[] Lengths = [4 * Block, 4 * Block, Block];

    private static readonly StorageLocation Location = MakeLocation("/data", Lengths);

    private static readonly FileStamp[] Stamps = [new(4 * Block, T), new(4 * Block, T), new(Block, T)];

    [Fact]
    public void Without_a_record_everything_that_is_there_is_checked()
    {
        ResumePlan plan = Make(null, Stamps[0], new FileStamp(3 * Block, T), FileStamp.Missing);
        Assert.True(plan.Believed.IsEmpty);
        AssertPieces([0, 1, 2], plan.ToCheck);
        Assert.Empty(plan.MissingFiles);
    }

    [Fact]
    public void Unchanged_files_are_believed_without_a_look()
    {
        ResumePlan plan = Make(Record([0, 1, 2, 3, 4], [0, 1]), Stamps);
        AssertPieces([0, 1, 2, 3, 4], plan.Believed);
        AssertPieces([0, 1], plan.Durable);
        Assert.True(plan.ToCheck.IsEmpty);
    }

    [Fact]
    public void A_finished_file_that_was_written_to_later_is_hashed()
    {
        ResumePlan plan = Make(Record([0, 1, 2, 3, 4], [0, 1, 2, 3, 4]), Stamps[0] with { ModifiedTicks = T + 1 }, Stamps[1], Stamps[2]);
        AssertPieces([0, 1], plan.ToCheck);
        AssertPieces([2, 3, 4], plan.Believed);
    }

    [Fact]
    public void An_unfinished_file_may_have_been_written_in_the_seconds_before_a_kill()
    {
        ResumePlan plan = Make(Record([0, 2, 3, 4], []), Stamps[0] with { ModifiedTicks = T + (2 * Second) }, Stamps[1], Stamps[2]);
        AssertPieces([0, 2, 3, 4], plan.Believed);
        Assert.True(plan.ToCheck.IsEmpty);
    }

    [Fact]
    public void An_unfinished_file_that_was_written_to_long_after_is_hashed_where_the_record_counts_on_it()
    {
        ResumePlan plan = Make(Record([0, 2, 3, 4], [0]), Stamps[0] with { ModifiedTicks = T + (600 * Second) + 1 }, Stamps[1], Stamps[2]);
        AssertPieces([0], plan.ToCheck);
        AssertPieces([2, 3, 4], plan.Believed);
    }

    [Fact]
    public void What_counts_for_an_unfinished_file_is_the_time_of_the_record_not_of_the_write_before_it()
    {
        ResumeRecord record = Record([0, 2, 3, 4], []) with { SavedTicks = T + (3600 * Second) };
        AssertPieces([0, 2, 3, 4], Make(record, Stamps[0] with { ModifiedTicks = T + (3601 * Second) + 1 }, Stamps[1], Stamps[2]).Believed);
        AssertPieces([0], Make(record, Stamps[0] with { ModifiedTicks = T + (3606 * Second) + 1 }, Stamps[1], Stamps[2]).ToCheck);
    }

    [Theory]
    [InlineData(4 * Block, -700 * Second)]
    [InlineData(2 * Block, 0)]
    [InlineData(2 * Block, 2 * Second)]
    public void An_older_or_shorter_file_is_another_one_and_all_that_is_there_is_hashed(long length, long later)
    {
        ResumePlan plan = Make(Record([0, 2, 3, 4], [0]), new FileStamp(length, T + later), Stamps[1], Stamps[2]);
        AssertPieces(length == 4 * Block ? [0, 1] : [0], plan.ToCheck);
        AssertPieces([2, 3, 4], plan.Believed);
    }

    // THREATS F5: times of coarse file systems are compared coarsely.
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_time_rounded_to_whole_seconds_is_the_same_time(int seconds)
    {
        long rounded = (T / Second * Second) + (seconds * Second);
        ResumePlan plan = Make(Record([0, 1, 2, 3, 4], []), Stamps[0] with { ModifiedTicks = rounded }, Stamps[1], Stamps[2]);
        AssertPieces([0, 1, 2, 3, 4], plan.Believed);
    }

    // THREATS F3: a drive that is not mounted is not an empty torrent.
    [Fact]
    public void Files_that_are_gone_are_named_and_not_made_anew()
    {
        ResumePlan plan = Make(Record([0, 1, 4], [0, 1, 4]), FileStamp.Missing, Stamps[1], FileStamp.Missing);
        Assert.Equal([new FileIndex(0), new FileIndex(2)], plan.MissingFiles);
        Assert.True(plan.Believed.IsEmpty);
        Assert.Empty(Make(Record([0, 1, 4], []), DiskCheck.Full, FileStamp.Missing, Stamps[1], Stamps[2]).MissingFiles);
    }

    [Fact]
    public void A_file_that_is_not_wanted_may_be_deleted()
    {
        StorageLocation location = Location with { Wanted = [false, true, true] };
        ResumePlan plan = ResumePlan.Make(location, Record([0, 2], []), "boot", [FileStamp.Missing, Stamps[1], Stamps[2]], DiskCheck.Auto);
        Assert.Empty(plan.MissingFiles);
        AssertPieces([2], plan.Believed);
    }

    [Fact]
    public void A_file_that_never_held_a_piece_may_be_missing()
    {
        ResumePlan plan = Make(Record([2, 3], []), FileStamp.Missing, Stamps[1], Stamps[2]);
        Assert.Empty(plan.MissingFiles);
        AssertPieces([2, 3], plan.Believed);
    }

    [Fact]
    public void After_another_boot_only_what_was_not_durable_is_hashed()
    {
        ResumePlan plan = Make(Record([0, 1, 2, 4], [0, 1]) with { BootId = "before" }, Stamps);
        AssertPieces([0, 1], plan.Believed);
        AssertPieces([2, 4], plan.ToCheck);
        AssertPieces([2, 4], plan.ProvenByCheck);
    }

    [Fact]
    public void After_a_loss_of_power_a_time_may_be_a_little_older_and_a_file_shorter_than_recorded()
    {
        FileStamp lost = new(2 * Block, T - (20 * Second));
        ResumePlan plan = Make(Record([0, 1, 2], [0, 1, 2]) with { BootId = "before" }, Stamps[0] with { ModifiedTicks = T - (20 * Second) }, lost, Stamps[2]);
        AssertPieces([0, 1, 2], plan.Believed);
        plan = Make(Record([0, 1, 2], [0, 1, 2]), Stamps[0], lost, Stamps[2]);
        AssertPieces([0, 1], plan.Believed);
        AssertPieces([2], plan.ToCheck);
    }

    [Fact]
    public void A_store_that_knows_no_boot_vouches_for_durable_pieces_only()
    {
        ResumePlan plan = ResumePlan.Make(Location, Record([0, 1], [0]) with { BootId = "" }, "", Stamps, DiskCheck.Auto);
        AssertPieces([0], plan.Believed);
        AssertPieces([1], plan.ToCheck);
    }

    [Fact]
    public void Blocks_of_partial_pieces_are_used_where_their_file_is_plausible()
    {
        ResumeRecord record = Record([0, 2, 3], []) with
        {
            Partials = [new PartialPieceRecord(new PieceIndex(1), new byte[] { 0x40 }), new PartialPieceRecord(new PieceIndex(4), new byte[] { 0x80 })],
        };
        ResumePlan plan = Make(record, Stamps);
        PartialPiece partial = Assert.Single(plan.Partials);
        Assert.Equal(1, partial.Piece.Value);
        Assert.False(partial.Blocks[0]);
        Assert.True(partial.Blocks[1]);

        // Piece 4 has one block: wholly on disk, so it is hashed.
        AssertPieces([4], plan.ToCheck);

        // After another boot they count only where nothing at all has changed since the last stamp.
        FileStamp moved = Stamps[0] with { ModifiedTicks = T + 1 };
        Assert.Single(Make(record with { BootId = "before" }, Stamps).Partials);
        Assert.Empty(Make(record with { BootId = "before" }, moved, Stamps[1], Stamps[2]).Partials);
        Assert.Single(Make(record, moved, Stamps[1], Stamps[2]).Partials);
        Assert.Empty(Make(record, Stamps[0] with { ModifiedTicks = T + (60 * Second) + 1 }, Stamps[1], Stamps[2]).Partials);
    }

    [Fact]
    public void Full_checks_all_that_is_there_and_none_believes_full_files()
    {
        ResumePlan full = Make(Record([0, 1, 2, 3, 4], [0, 1, 2, 3, 4]), DiskCheck.Full, Stamps);
        Assert.True(full.Believed.IsEmpty);
        Assert.True(full.ToCheck.IsFull);
        ResumePlan none = Make(null, DiskCheck.None, Stamps[0], new FileStamp(3 * Block, T), Stamps[2]);
        AssertPieces([0, 1, 4], none.Believed);
        Assert.True(none.ToCheck.IsEmpty);
    }

    // THREATS F2: a record that does not fit is none, and a damaged one believes nothing that it cannot vouch for.
    [Fact]
    public void A_record_that_does_not_fit_counts_as_none()
    {
        ResumeRecord good = Record([0, 1, 2, 3, 4], [0, 1, 2, 3, 4]);
        ResumeRecord[] odd =
        [
            good with { PieceCount = 4 },
            good with { Directory = "/elsewhere" },
            good with { Files = [] },
            good with { Recorded = new byte[] { 0xFF } },
            good with { Durable = new byte[] { 0xF8, 0 } },
        ];
        foreach (ResumeRecord record in odd)
        {
            ResumePlan plan = Make(record, Stamps);
            Assert.True(plan.Believed.IsEmpty);
            Assert.True(plan.ToCheck.IsFull);
        }

        ResumeRecord partials = Record([], []) with
        {
            Partials =
            [
                new PartialPieceRecord(new PieceIndex(-1), new byte[] { 0x80 }), new PartialPieceRecord(new PieceIndex(5), new byte[] { 0x80 }),
                new PartialPieceRecord(new PieceIndex(0), new byte[] { 0x01 }), new PartialPieceRecord(new PieceIndex(0), new byte[] { 0x00 }),
                new PartialPieceRecord(new PieceIndex(1), new byte[] { 0x80 }), new PartialPieceRecord(new PieceIndex(1), new byte[] { 0x40 }),
            ],
        };
        Assert.Equal(1, Assert.Single(Make(partials, Stamps).Partials).Piece.Value);
    }

    [Fact]
    public void Pad_files_are_never_looked_at()
    {
        FileEntry[] files =
        [
            new() { Index = new FileIndex(0), Path = "a", OriginalPath = "a", Length = Block, Offset = 0 },
            new() { Index = new FileIndex(1), Path = ".pad", OriginalPath = ".pad", Length = Block, Offset = Block, Attributes = FileAttributesBep47.Pad },
            new() { Index = new FileIndex(2), Path = "b", OriginalPath = "b", Length = Block, Offset = 2 * Block },
        ];
        var location = new StorageLocation(new TorrentId(1), "/data", new PieceLayout(files, 2 * Block), default);
        FileStamp[] stamps = [new(Block, T), FileStamp.Missing, new(Block, T)];
        ResumeRecord record = Record([0, 1], []) with { PieceCount = 2, Recorded = new byte[] { 0xC0 }, Durable = new byte[1], Files = stamps };
        Assert.True(ResumePlan.Make(location, record, "boot", stamps, DiskCheck.Auto).Believed.IsFull);
        Assert.True(ResumePlan.Make(location, null, "boot", stamps, DiskCheck.Auto).ToCheck.IsFull);
        Assert.True(ResumePlan.Make(location, null, "boot", stamps, DiskCheck.None).Believed.IsFull);
    }

    // Below: f1 is skipped and not there, and f0 ends in the middle of a piece that f1 shares, as f1 and f2 do. Pieces 0 f0, 1 f0 and f1, 2 f1, 3 f1 and f2.
    private static readonly FileStamp Part = new(10 * Block, T);

    [Fact]
    public void A_part_file_as_it_was_left_is_believed()
    {
        ResumePlan plan = MakeSkipped(SkippedRecord([0, 1, 3], [1]), Part);
        AssertPieces([0, 1, 3], plan.Believed);
        AssertPieces([1], plan.Durable);
        Assert.True(plan.ToCheck.IsEmpty);
    }

    [Fact]
    public void A_part_file_that_somebody_wrote_to_later_is_hashed_and_nothing_else_is()
    {
        ResumePlan plan = MakeSkipped(SkippedRecord([0, 1, 3], [1]), Part with { ModifiedTicks = T + (600 * Second) });
        AssertPieces([0], plan.Believed);
        AssertPieces([1, 3], plan.ToCheck);
    }

    [Fact]
    public void Without_a_part_file_what_was_in_it_is_missing()
    {
        ResumePlan plan = MakeSkipped(SkippedRecord([0, 1, 3], [1]), part: null);
        AssertPieces([0], plan.Believed);
        Assert.True(plan.ToCheck.IsEmpty);
        Assert.Empty(plan.MissingFiles);
    }

    [Fact]
    public void After_another_boot_only_what_was_durable_of_a_part_file_is_believed()
    {
        ResumePlan plan = MakeSkipped(SkippedRecord([0, 1, 3], [1]) with { BootId = "another" }, Part);
        AssertPieces([1], plan.Believed);
        AssertPieces([0, 3], plan.ToCheck);
    }

    [Fact]
    public void A_file_that_was_moved_out_of_the_part_file_after_the_last_record_is_hashed()
    {
        StorageLocation location = Skipped(f1: true);
        FileStamp[] stamps = [new(3 * Block, T), new(4 * Block, T + Second), new(Block, T), Part];
        ResumePlan plan = ResumePlan.Make(location, SkippedRecord([0, 1, 3], [1]), "boot", stamps, DiskCheck.Auto);
        AssertPieces([0], plan.Believed);
        Assert.True(plan.ToCheck[new PieceIndex(1)] && plan.ToCheck[new PieceIndex(3)]);
        Assert.Empty(plan.MissingFiles);
    }

    [Fact]
    public void Bytes_that_were_in_a_file_are_not_taken_from_the_part_file_unhashed()
    {
        // f1 was there when the record was kept; now it is gone and only the part file is left.
        ResumeRecord record = SkippedRecord([0, 1, 3], [1]);
        record = record with { Files = [record.Files[0], new FileStamp(3 * Block, T), record.Files[2], Part] };
        ResumePlan plan = MakeSkipped(record, Part);
        AssertPieces([0], plan.Believed);
        AssertPieces([1, 3], plan.ToCheck);
    }

    [Fact]
    public void A_wanted_file_that_is_gone_is_missing_also_where_there_is_a_part_file()
    {
        ResumeRecord record = SkippedRecord([0, 1, 3], [1]);
        record = record with { Files = [record.Files[0], new FileStamp(3 * Block, T), record.Files[2], Part] };
        FileStamp[] stamps = [new(3 * Block, T), FileStamp.Missing, new(Block, T), Part];
        ResumePlan plan = ResumePlan.Make(Skipped(f1: true), record, "boot", stamps, DiskCheck.Auto);
        Assert.Equal(1, Assert.Single(plan.MissingFiles).Value);
    }

    [Theory]
    [InlineData(DiskCheck.Full)]
    [InlineData(DiskCheck.None)]
    public void Pieces_at_the_edge_of_a_skipped_file_are_hashed_where_no_record_speaks_for_them(DiskCheck check)
    {
        FileStamp[] stamps = [new(3 * Block, T), FileStamp.Missing, new(Block, T), Part];
        ResumePlan plan = ResumePlan.Make(Skipped(f1: false), null, "boot", stamps, check);
        AssertPieces(check == DiskCheck.None ? [1, 3] : [0, 1, 3], plan.ToCheck);
        AssertPieces(check == DiskCheck.None ? [0] : [], plan.Believed);
    }

    private static ResumePlan MakeSkipped(ResumeRecord record, FileStamp? part)
        => ResumePlan.Make(
            Skipped(f1: false),
            record,
            "boot",
            [new(3 * Block, T), FileStamp.Missing, new(Block, T), .. part is { } stamp ? (FileStamp[])[stamp] : []],
            DiskCheck.Auto);

    private static StorageLocation Skipped(bool f1)
        => MakeLocation("/data", 3 * Block, 4 * Block, Block) with { Wanted = [true, f1, true], PartFile = ".parts" };

    private static ResumeRecord SkippedRecord(int[] recorded, int[] durable) => Record(recorded, durable) with
    {
        PieceCount = 4,
        Recorded = Wire(recorded, 4),
        Durable = Wire(durable, 4),
        Files = [new(3 * Block, T), FileStamp.Missing, new(Block, T), Part],
    };

    private static ResumePlan Make(ResumeRecord? record, params FileStamp[] stamps) => Make(record, DiskCheck.Auto, stamps);

    private static ResumePlan Make(ResumeRecord? record, DiskCheck check, params FileStamp[] stamps)
        => ResumePlan.Make(Location, record, "boot", stamps, check);

    private static ResumeRecord Record(int[] recorded, int[] durable) => new()
    {
        Hashes = default,
        Directory = "/data",
        PieceCount = 5,
        Recorded = Wire(recorded),
        Durable = Wire(durable),
        BootId = "boot",
        Files = Stamps,
    };

    private static byte[] Wire(int[] pieces, int count = 5)
    {
        var bits = new Bitfield(count);
        foreach (int piece in pieces)
            bits[piece] = true;
        return bits.ToArray();
    }

    private static void AssertPieces(int[] expected, Bitfield actual)
        => Assert.Equal(expected, Enumerable.Range(0, actual.Length).Where(i => actual[i]));

    private static StorageLocation MakeLocation(string directory, params long[] lengths)
    {
        var files = new List<FileEntry>();
        long offset = 0;
        foreach (long length in lengths)
        {
            files.Add(new FileEntry { Index = new FileIndex(files.Count), Path = $"f{files.Count}", OriginalPath = "f", Length = length, Offset = offset });
            offset += length;
        }

        return new StorageLocation(new TorrentId(1), directory, new PieceLayout(files, 2 * Block), default);
    }
}
