using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Storage;

/// <summary>
/// Disk and hash workers in memory, on a virtual clock: carries <see cref="DiskJob"/>s out after a latency, with the fences of the real ones, and
/// can be full, fail, be killed in the middle of a write, or lose what was not synced.
/// </summary>
internal sealed class FakeDisk(PieceLayout layout, ReadOnlyMemory<byte> pieceHashes, BlockPool pool, SeededRandom random, PieceTrees? trees = null)
{
    private readonly bool _hasV1 = trees is null || !pieceHashes.IsEmpty;

    private readonly List<(DiskJob Job, MonoTime Due)> _running = [];
    private readonly Queue<DiskJob> _waiting = new();
    private readonly FakeFile[] _files = [.. layout.Files.Select(_ => new FakeFile())];

    /// <summary>The shortest and longest time a job takes.</summary>
    public TimeSpan MinLatency { get; set; } = TimeSpan.FromMilliseconds(0.1);

    public TimeSpan MaxLatency { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Bytes that files may still grow by.</summary>
    public long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>Asked before each job: an error makes it fail.</summary>
    public Func<DiskJob, DiskError?>? Fault { get; set; }

    /// <summary>Asked after each write: where true, its last byte is stored wrong and nothing says so.</summary>
    public Func<DiskJob, bool>? Spoils { get; set; }

    /// <summary>The wall clock of the files' times, in ticks at the start of the virtual clock.</summary>
    public long WallTicks { get; set; } = 638_000_000_000_000_000;

    public Dictionary<DiskJobKind, int> Done { get; } = [];

    public long CheckedBytes { get; private set; }

    public int MostChecksOut { get; private set; }

    /// <summary>Checks that were given up before they were done.</summary>
    public int GivenUp { get; private set; }

    public IReadOnlyList<FakeFile> Files => _files;

    public bool IsIdle => _running.Count == 0 && _waiting.Count == 0;

    public MonoTime NextDue => _running.Count == 0 ? MonoTime.Never : _running.Min(entry => entry.Due);

    public void Submit(DiskJob job, MonoTime now)
    {
        // A running hash has one user at a time.
        if (job.Kind is DiskJobKind.Hash or DiskJobKind.HashPrefix)
            Assert.DoesNotContain(_running.Select(entry => entry.Job).Concat(_waiting), other => IsHash(other) && other.Range.Piece == job.Range.Piece);
        _waiting.Enqueue(job);
        Admit(now);
        MostChecksOut = Math.Max(MostChecksOut, _running.Count(entry => entry.Job.Kind == DiskJobKind.Check));
    }

    /// <summary>Carries out one job that is due, in the order of the times; null where none is.</summary>
    public DiskJob? Finish(MonoTime now)
    {
        int first = -1;
        for (int i = 0; i < _running.Count; i++)
        {
            if (_running[i].Due <= now && (first < 0 || _running[i].Due < _running[first].Due))
                first = i;
        }

        if (first < 0)
            return null;
        DiskJob job = _running[first].Job;
        _running.RemoveAt(first);
        Carry(job, now);
        Admit(now);
        return job;
    }

    /// <summary>The process dies: writes under way are torn at any byte, the rest of what was asked never happens.</summary>
    public void Kill(MonoTime now)
    {
        foreach ((DiskJob job, _) in _running)
        {
            if (job.Kind == DiskJobKind.Write && random.Chance(0.5))
                Write(job, now, random.Next(job.Range.Length + 1));
        }

        _running.Clear();
        _waiting.Clear();
    }

    /// <summary>The machine loses power: of each 4 KiB written since the last sync, any may be as it was before it.</summary>
    public void LosePower()
    {
        foreach (FakeFile file in _files)
            file.LosePower(random);
    }

    public byte[] ReadPiece(PieceIndex piece)
    {
        byte[] bytes = new byte[layout.LengthOf(piece)];
        Read(piece, 0, bytes);
        return bytes;
    }

    private static bool IsHash(DiskJob job) => job.Kind is DiskJobKind.Hash or DiskJobKind.HashPrefix;

    private static bool IsFence(DiskJob job) => job.Kind is DiskJobKind.Prepare or DiskJobKind.Sync or DiskJobKind.Close;

    private void Admit(MonoTime now)
    {
        while (_waiting.TryPeek(out DiskJob? job) && !_running.Exists(entry => IsFence(entry.Job)) && !(IsFence(job) && _running.Count > 0))
        {
            _waiting.Dequeue();
            TimeSpan latency = MinLatency + ((MaxLatency - MinLatency) * random.NextDouble());
            _running.Add((job, now + latency));
        }
    }

    private void Carry(DiskJob job, MonoTime now)
    {
        Done[job.Kind] = Done.GetValueOrDefault(job.Kind) + 1;
        job.Error = Fault?.Invoke(job);
        if (job.Error is not null)
            return;
        switch (job.Kind)
        {
            case DiskJobKind.Prepare:
                foreach (FakeFile file in _files)
                    file.Touch(now.Nanoseconds / 100 + WallTicks);
                break;
            case DiskJobKind.Write:
                HashLeaves(job, job.FirstBlock, job.BlockCount);
                for (int block = job.FirstBlock; job.Received is { } received && block < job.FirstBlock + job.BlockCount; block++)
                    received[block] = new Sha1Hash(SHA1.HashData(BlockBytes(job, block)!));
                job.Error = Write(job, now, job.Range.Length);
                break;
            case DiskJobKind.Read:
                if (!ReadRun(job))
                    job.Error = new DiskError(DiskErrorKind.Missing, "file", "too short");
                break;
            case DiskJobKind.Hash:
                if (_hasV1)
                    Hash(job);
                HashLeaves(job, 0, job.BlockCount);
                if (trees is not null)
                    job.Root = trees.RootOf(job.Range.Piece, job.Leaves);
                break;
            case DiskJobKind.HashLeaves:
                HashLeaves(job, job.FirstBlock, job.BlockCount);
                break;
            case DiskJobKind.HashPrefix:
                var prefix = (FakeHash?)job.Hash ?? new FakeHash();
                Assert.Equal(job.FirstBlock * BlockRange.BlockLength, prefix.Covered);
                for (int block = job.FirstBlock; block < job.FirstBlock + job.BlockCount; block++)
                    prefix.Append(pool.Span(job.Blocks[block])[..layout.Block(job.Range.Piece, block).Length]);
                job.Hash = prefix;
                break;
            case DiskJobKind.HashBlocks:
                job.BlockDigests = [.. Enumerable.Range(0, job.BlockCount).Select(block => DigestOf(job, block))];
                break;
            case DiskJobKind.Check when job.IsCancelled:
                GivenUp++;
                break;
            case DiskJobKind.Check:
                job.Good = [.. Enumerable.Range(job.Range.Piece.Value, job.PieceCount).Select(piece => IsGood(new PieceIndex(piece)))];
                job.Roots = trees is null ? null : [.. Enumerable.Range(job.Range.Piece.Value, job.PieceCount).Select(piece => RootOf(new PieceIndex(piece)))];
                break;
            case DiskJobKind.Sync:
                foreach (FakeFile file in _files)
                    file.Sync();
                break;
        }

        if (job.Kind == DiskJobKind.Stamp)
            job.Files = [.. _files.Select(file => file.Stamp)];
    }

    private void Hash(DiskJob job)
    {
        var hash = (FakeHash?)job.Hash ?? new FakeHash();
        Assert.Equal(0, hash.Covered % BlockRange.BlockLength);
        for (int block = hash.Covered / BlockRange.BlockLength; block < layout.BlocksIn(job.Range.Piece); block++)
        {
            byte[]? bytes = BlockBytes(job, block);
            if (bytes is null)
            {
                job.Error = new DiskError(DiskErrorKind.Missing, "file", "too short");
                return;
            }

            hash.Append(bytes);
            if (job.Blocks[block].IsNone && Known(job, block) is { } known && known != new Sha1Hash(SHA1.HashData(bytes)) && job.SpoiltBlock < 0)
                job.SpoiltBlock = block;
        }

        job.Hash = hash;
        job.Digest = hash.Finish();
    }

    private static Sha1Hash? Known(DiskJob job, int block) => job.Received is { } received && received[block] != default ? received[block] : null;

    private Sha1Hash DigestOf(DiskJob job, int block)
        => job.Blocks[block].IsNone && Known(job, block) is { } known ? known : new Sha1Hash(SHA1.HashData(BlockBytes(job, block)!));

    private byte[]? BlockBytes(DiskJob job, int block)
    {
        BlockRange range = layout.Block(job.Range.Piece, block);
        byte[] bytes = new byte[range.Length];
        if (block < job.Blocks.Length && !job.Blocks[block].IsNone)
            pool.Span(job.Blocks[block])[..range.Length].CopyTo(bytes);
        else if (!Read(range.Piece, range.Offset, bytes))
            return null;
        return bytes;
    }

    private bool IsGood(PieceIndex piece)
    {
        byte[] bytes = new byte[layout.LengthOf(piece)];
        CheckedBytes += bytes.Length;
        return _hasV1 && Read(piece, 0, bytes) && SHA1.HashData(bytes).AsSpan().SequenceEqual(pieceHashes.Span.Slice(piece.Value * 20, 20));
    }

    private void HashLeaves(DiskJob job, int first, int count)
    {
        if (job.Leaves is not { } leaves)
            return;
        for (int block = first; block < Math.Min(first + count, trees!.LeavesIn(job.Range.Piece)); block++)
        {
            if (leaves[block] != default)
                continue;
            int length = Math.Min(BlockRange.BlockLength, trees.DataLength(job.Range.Piece) - (block * BlockRange.BlockLength));
            if (BlockBytes(job, block) is { } bytes)
                leaves[block] = MerkleTree.Leaf(bytes.AsSpan(0, length));
            else
                job.Error = new DiskError(DiskErrorKind.Missing, "file", "too short");
        }
    }

    private Sha256Hash RootOf(PieceIndex piece)
    {
        byte[] bytes = new byte[trees!.DataLength(piece)];
        return Read(piece, 0, bytes) ? MerkleTree.RootOfData(bytes, trees.HeightOf(piece)) : default;
    }

    private DiskError? Write(DiskJob job, MonoTime now, int length)
    {
        byte[] bytes = new byte[job.Range.Length];
        for (int block = job.FirstBlock; block < job.FirstBlock + job.BlockCount; block++)
        {
            BlockRange range = layout.Block(job.Range.Piece, block);
            pool.Span(job.Blocks[block])[..range.Length].CopyTo(bytes.AsSpan(range.Offset - job.Range.Offset));
        }

        int at = 0;
        foreach (FileSlice slice in layout.Slices(job.Range.Piece, job.Range.Offset, length))
        {
            if (layout.Files[slice.File.Value].IsStored)
            {
                FakeFile file = _files[slice.File.Value];
                long growth = Math.Max(0, slice.Offset + slice.Length - Math.Max(0, file.Stamp.Length));
                if (growth > FreeBytes)
                    return new DiskError(DiskErrorKind.Full, layout.Files[slice.File.Value].Path, "no space left");
                FreeBytes -= FreeBytes == long.MaxValue ? 0 : growth;
                file.Write(slice.Offset, bytes.AsSpan(at, slice.Length), now.Nanoseconds / 100 + WallTicks);
            }

            at += slice.Length;
        }

        if (length == job.Range.Length && Spoils?.Invoke(job) == true)
        {
            FileSlice last = default;
            foreach (FileSlice slice in layout.Slices(job.Range.Piece, job.Range.Offset + length - 1, 1))
                last = slice;
            _files[last.File.Value].Write(last.Offset, [(byte)(bytes[^1] ^ 1)], now.Nanoseconds / 100 + WallTicks);
        }

        return null;
    }

    private bool ReadRun(DiskJob job)
    {
        for (int i = 0; i < job.BlockCount; i++)
        {
            int from = i * BlockRange.BlockLength;
            int length = Math.Min(BlockRange.BlockLength, job.Range.Length - from);
            if (!Read(job.Range.Piece, job.Range.Offset + from, pool.Span(job.Blocks[i], length)))
                return false;
        }

        return true;
    }

    private bool Read(PieceIndex piece, int offset, Span<byte> bytes)
    {
        int at = 0;
        foreach (FileSlice slice in layout.Slices(piece, offset, bytes.Length))
        {
            Span<byte> part = bytes.Slice(at, slice.Length);
            at += slice.Length;
            part.Clear();
            if (layout.Files[slice.File.Value].IsStored && !_files[slice.File.Value].Read(slice.Offset, part))
                return false;
        }

        return true;
    }

    /// <summary>The running hash of the fake workers.</summary>
    private sealed class FakeHash : IPieceHash
    {
        private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

        public int Covered { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            _sha1.AppendData(bytes);
            Covered += bytes.Length;
        }

        public Sha1Hash Finish() => new(_sha1.GetHashAndReset());

        public void Dispose() => _sha1.Dispose();
    }
}
