using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Tests.Disk;

/// <summary>BEP 52 at the workers: the leaves and roots of pieces, from memory and from disk, and a hybrid's SHA-1 beside them.</summary>
public sealed class HashTreeTests
{
    // More blocks than are hashed together, and the last of some pieces fewer.
    private const int PieceLength = 64 * BlockRange.BlockLength;
    private static readonly long[] Lengths = [700, PieceLength, (2 * PieceLength) + 20_000, 0, 33_000];

    public static TheoryData<bool> Sides => [false, true];

    [Theory]
    [MemberData(nameof(Sides))]
    public async Task A_pieces_root_is_that_of_its_blocks_wherever_they_lie(bool isHybrid)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        StorageLocation location = Open(rig, folder, isHybrid, out byte[] content);
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        for (int i = 0; i < location.Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            BufferLease[] leases = Lease(rig, location, content, piece);
            var leaves = new Sha256Hash[leases.Length];
            if (i % 2 == 0)
            {
                // Spilled: the job that writes blocks out of memory hashes them, and they are read for SHA-1 alone.
                DiskJob spill = new() { Kind = DiskJobKind.Write, Range = new BlockRange(piece, 0, 0), Blocks = leases, BlockCount = leases.Length, Leaves = leaves };
                Assert.Null((await rig.Submit(spill)).Error);
                Assert.Equal(Leaves(location, content, piece), leaves[..location.Trees!.LeavesIn(piece)]);
                rig.Return(leases);
                leases = new BufferLease[leases.Length];
            }

            else if (leases.Length > 2)
            {
                // Every other block is on disk alone, and what it is not known: it is read between those that are in memory.
                DiskJob write = new() { Kind = DiskJobKind.Write, Range = new BlockRange(piece, 0, 0), Blocks = leases, BlockCount = leases.Length };
                Assert.Null((await rig.Submit(write)).Error);
                rig.Return([.. leases.Where((_, block) => block % 2 == 0)]);
                leases = [.. leases.Select((lease, block) => block % 2 == 0 ? default : lease)];
            }

            DiskJob hash = await rig.Submit(new DiskJob { Kind = DiskJobKind.Hash, Range = new BlockRange(piece, 0, 0), Blocks = leases, BlockCount = leases.Length, Leaves = leaves });
            Assert.Null(hash.Error);
            Assert.Equal(Root(location, content, piece), hash.Root);
            if (isHybrid)
                Assert.Equal(new Sha1Hash(SHA1.HashData(Bytes(location, content, piece))), hash.Digest);
            rig.Return([.. leases.Where(lease => !lease.IsNone)]);
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public async Task A_check_tells_the_root_of_each_piece_and_nothing_of_those_that_are_not_whole(bool isHybrid)
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        StorageLocation location = Open(rig, folder, isHybrid, out byte[] content);
        await WriteAllAsync(rig, location, content);
        DiskJob check = await rig.Submit(new DiskJob { Kind = DiskJobKind.Check, PieceCount = location.Layout.PieceCount });
        Assert.Equal(Enumerable.Range(0, location.Layout.PieceCount).Select(i => Root(location, content, new PieceIndex(i))), check.Roots!);
        Assert.All(check.Good!, good => Assert.Equal(isHybrid, good));

        // One byte of the third file's first piece is altered, its last piece is cut off.
        string path = Path.Combine(folder.Path, location.Layout.Files.First(file => file.Length == Lengths[2]).Path);
        await using (FileStream file = File.OpenWrite(path))
        {
            file.WriteByte((byte)~content[location.Layout.Files.First(one => one.Length == Lengths[2]).Offset]);
            file.SetLength(Lengths[2] - 1);
        }

        check = await rig.Submit(new DiskJob { Kind = DiskJobKind.Check, PieceCount = location.Layout.PieceCount });
        PieceIndex first = location.Trees!.FirstPieceOf(location.Layout.Files.First(file => file.Length == Lengths[2]));
        Assert.NotEqual(Root(location, content, first), check.Roots![first.Value]);
        Assert.Equal(Root(location, content, new PieceIndex(first.Value + 1)), check.Roots[first.Value + 1]);
        Assert.Equal((default, false), (check.Roots[first.Value + 2], check.Good![first.Value + 2]));
    }

    [Fact]
    public async Task Leaves_are_read_from_disk_for_whoever_asks()
    {
        using var folder = new TemporaryFolder();
        using var rig = new WorkerRig();
        StorageLocation location = Open(rig, folder, isHybrid: true, out byte[] content);
        await WriteAllAsync(rig, location, content);
        for (int i = 0; i < location.Layout.PieceCount; i++)
        {
            var piece = new PieceIndex(i);
            int count = location.Trees!.LeavesIn(piece);
            DiskJob read = await rig.Submit(new DiskJob { Kind = DiskJobKind.HashLeaves, Range = new BlockRange(piece, 0, 0), BlockCount = count, Leaves = new Sha256Hash[count] });
            Assert.Equal(Leaves(location, content, piece), read.Leaves!);
        }
    }

    private static StorageLocation Open(WorkerRig rig, TemporaryFolder folder, bool isHybrid, out byte[] content)
    {
        var files = new List<FileEntry>();
        var bytes = new List<byte>();
        var random = new SeededRandom(3);
        foreach (long length in Lengths)
        {
            int gap = (PieceLength - (bytes.Count % PieceLength)) % PieceLength;
            if (isHybrid && gap > 0)
                Add(files, bytes, new byte[gap], FileAttributesBep47.Pad);
            byte[] file = new byte[length];
            random.NextBytes(file);
            Add(files, bytes, file, FileAttributesBep47.None);
        }

        content = [.. bytes];
        PieceLayout layout = isHybrid ? new PieceLayout(files, PieceLength) : PieceLayout.StartingPiecesAtFiles(files, PieceLength);
        byte[] hashes = isHybrid ? [.. content.Chunk(PieceLength).SelectMany(SHA1.HashData)] : [];
        var location = new StorageLocation(new TorrentId(1), folder.Path, layout, hashes) { Trees = new PieceTrees(layout) };
        rig.Workers.OpenStorage(location);
        return location;
    }

    private static void Add(List<FileEntry> files, List<byte> bytes, byte[] content, FileAttributesBep47 attributes)
    {
        files.Add(new FileEntry
        {
            Index = new FileIndex(files.Count),
            Path = $"t/{files.Count}",
            OriginalPath = $"t/{files.Count}",
            Length = content.Length,
            Offset = bytes.Count,
            Attributes = attributes,
            PiecesRoot = content.Length > 0 && attributes == FileAttributesBep47.None ? MerkleTree.RootOfData(content) : null,
        });
        bytes.AddRange(content);
    }

    private static BufferLease[] Lease(WorkerRig rig, StorageLocation location, byte[] content, PieceIndex piece)
    {
        var leases = new BufferLease[location.Layout.BlocksIn(piece)];
        for (int i = 0; i < leases.Length; i++)
        {
            Assert.True(rig.Pool.TryRent(default, 1, out leases[i]));
            BlockRange block = location.Layout.Block(piece, i);
            Bytes(location, content, piece).AsSpan(block.Offset, block.Length).CopyTo(rig.Pool.Span(leases[i]));
        }

        return leases;
    }

    private static async Task WriteAllAsync(WorkerRig rig, StorageLocation location, byte[] content)
    {
        Assert.Null((await rig.Submit(DiskJobKind.Prepare)).Error);
        for (int i = 0; i < location.Layout.PieceCount; i++)
        {
            BufferLease[] leases = Lease(rig, location, content, new PieceIndex(i));
            Assert.Null((await rig.Submit(WorkerRig.WriteJob(new PieceIndex(i), leases))).Error);
            rig.Return(leases);
        }
    }

    private static byte[] Bytes(StorageLocation location, byte[] content, PieceIndex piece)
        => content.AsSpan((int)location.Layout.OffsetOf(piece), location.Layout.LengthOf(piece)).ToArray();

    private static byte[] Data(StorageLocation location, byte[] content, PieceIndex piece) => Bytes(location, content, piece)[..location.Trees!.DataLength(piece)];

    private static Sha256Hash[] Leaves(StorageLocation location, byte[] content, PieceIndex piece)
        => [.. Data(location, content, piece).Chunk(BlockRange.BlockLength).Select(block => new Sha256Hash(SHA256.HashData(block)))];

    private static Sha256Hash Root(StorageLocation location, byte[] content, PieceIndex piece)
        => MerkleTree.RootOfData(Data(location, content, piece), location.Trees!.HeightOf(piece));
}
