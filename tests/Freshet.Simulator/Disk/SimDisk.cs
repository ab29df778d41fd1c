using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Disk;

/// <summary>
/// Carries out the disk jobs of one node in virtual time. Its files outlive the node: kill the node, keep the disk, start another node on it.
/// </summary>
public sealed class SimDisk
{
    private readonly SimWorld _world;
    private readonly SeededRandom _random;
    private readonly Dictionary<TorrentId, StorageLocation> _open = [];
    private readonly Dictionary<Sha1Hash, SimFiles> _files = [];
    private readonly Queue<Order> _orders = new();
    private MonoTime _free;
    private MonoTime _lastDone;

    /// <summary>Makes an empty disk.</summary>
    public SimDisk(SimWorld world)
    {
        _world = world;
        _random = world.Fork();
    }

    /// <summary>How it behaves.</summary>
    public SimDiskSettings Settings { get; } = new();

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Bytes copied from one torrent's files to another's so far.</summary>
    public long BytesCopied { get; private set; }

    /// <summary>Bytes read or hashed from disk so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The stored bytes of a torrent.</summary>
    public SimFiles FilesOf(Metainfo metainfo)
    {
        Sha1Hash key = metainfo.Hashes.Primary.Value;
        if (!_files.TryGetValue(key, out SimFiles? files))
            _files[key] = files = new SimFiles(metainfo.Layout);
        return files;
    }

    /// <summary>Says where a torrent's data is.</summary>
    public void Open(StorageLocation location, Metainfo metainfo)
    {
        _open[location.Torrent] = location;
        FilesOf(metainfo).Open(location);
    }

    /// <summary>
    /// Reads what is cached: of each run all, some first bytes or nothing, as chance has it, because nobody can rely on more. A disk whose reads fail has nothing
    /// cached.
    /// </summary>
    public int ReadCached(SimFiles files, BlockRange run, Span<byte> target, int gap)
    {
        int cached = Settings.ReadFailures > 0 || _random.Chance(0.25) ? 0 : _random.Chance(0.5) ? run.Length : _random.Next(run.Length);
        byte[] bytes = new byte[cached];
        if (!files.Read(run with { Length = cached }, bytes))
            return 0;
        for (int done = 0; done < cached; done += BlockRange.BlockLength)
        {
            Span<byte> block = bytes.AsSpan(done, Math.Min(BlockRange.BlockLength, cached - done));
            block.CopyTo(target[(done + (done / BlockRange.BlockLength * gap))..]);
        }

        return cached;
    }

    /// <summary>Carries a job out; <paramref name="done"/> gets it back later.</summary>
    public void Submit(DiskJob job, SimFiles files, BlockPool pool, Action<DiskJob> done)
    {
        var order = new Order(job, files, MonoTime.Max(_free, _world.Now));
        _free = order.Begins + Cost(job);
        _orders.Enqueue(order);
        _lastDone = MonoTime.Max(_lastDone, _free + Settings.Latency);
        _world.At(_lastDone, () =>
        {
            if (order.IsAbandoned)
                return;
            _orders.Dequeue();
            Perform(job, _open[job.Torrent], files, pool);
            done(job);
        });
    }

    /// <summary>The process that gave the orders dies: what was not begun never happens, and a write that was stops anywhere in its middle.</summary>
    public void Abandon(BlockPool pool)
    {
        foreach (Order order in _orders)
        {
            order.IsAbandoned = true;
            if (order.Begins > _world.Now)
                continue;
            if (order.Job.Kind == DiskJobKind.Write)
                Tear(order, pool);
            else if (order.Job.Kind == DiskJobKind.Copy)
                Copy(order.Job, _open[order.Job.Torrent].Layout, order.Files, _random.Next(order.Job.BlockCount + 1));
            else if (order.Job.Kind == DiskJobKind.Prepare)
                PrepareSome(order);
        }

        _orders.Clear();
        _free = _lastDone = _world.Now;
    }

    /// <summary>Some of the files are where they belong, others are not yet.</summary>
    private void PrepareSome(Order order)
    {
        StorageLocation location = _open[order.Job.Torrent];
        bool[] some = [.. location.Layout.Files.Select(file => order.Job.Wanted?[file.Index.Value] != false && _random.Chance(0.5))];
        order.Files.Create(location with { Wanted = some }, allocate: false, _world.Now);
    }

    private void Tear(Order order, BlockPool pool)
    {
        PieceLayout layout = _open[order.Job.Torrent].Layout;
        int last = order.Job.FirstBlock + _random.Next(order.Job.BlockCount);
        for (int i = order.Job.FirstBlock; i <= last; i++)
        {
            BlockRange block = layout.Block(order.Job.Range.Piece, i);
            int length = i == last ? _random.Next(block.Length + 1) : block.Length;
            if (HasRoomFor(block, order.Files) && length > 0)
                order.Files.Write(block with { Length = length }, InMemory(order.Job, layout, i, pool)[..length], _world.Now);
        }
    }

    private bool HasRoomFor(BlockRange block, SimFiles files)
    {
        if (Settings.Capacity == long.MaxValue)
            return true;
        long used = 0;
        foreach (SimFiles each in _files.Values)
            used += each.Used;
        return used + files.Growth(block) <= Settings.Capacity;
    }

    private TimeSpan Cost(DiskJob job)
    {
        long bytes = job.Kind switch
        {
            DiskJobKind.Write or DiskJobKind.Copy or DiskJobKind.HashPrefix => (long)job.BlockCount * BlockRange.BlockLength,
            DiskJobKind.Read => job.Range.Length,
            DiskJobKind.Hash or DiskJobKind.HashBlocks => (long)job.Blocks.Length * BlockRange.BlockLength,
            DiskJobKind.Check => (long)job.PieceCount * _open[job.Torrent].Layout.PieceLength,
            _ => 0,
        };
        bool disk = job.Kind is DiskJobKind.Write or DiskJobKind.Copy or DiskJobKind.Read or DiskJobKind.Check;
        double rate = disk ? Settings.Rate : Settings.HashRate;
        return rate <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(bytes / rate);
    }

    private void Perform(DiskJob job, StorageLocation location, SimFiles files, BlockPool pool)
    {
        switch (job.Kind)
        {
            case DiskJobKind.Prepare:
                if (Settings.PrepareFails)
                {
                    job.Error = new DiskError(DiskErrorKind.Full, "simulated", "no space left on the simulated disk");
                    break;
                }

                files.Create(location with { Wanted = job.Wanted }, job.Allocate, _world.Now);
                break;
            case DiskJobKind.Stamp:
                job.Files = files.Stamp();
                break;
            case DiskJobKind.Write:
                HashLeaves(job, location, job.FirstBlock, job.BlockCount, files, pool);
                Write(job, location.Layout, files, pool);
                break;
            case DiskJobKind.Copy:
                if (!Fails(Settings.WriteFailures, job))
                    Copy(job, location.Layout, files, job.BlockCount);
                break;
            case DiskJobKind.Read:
                Read(job, files, pool);
                break;
            case DiskJobKind.HashPrefix:
                job.Hash ??= new SimPieceHash();
                for (int i = 0; i < job.BlockCount; i++)
                    ((SimPieceHash)job.Hash).Append(InMemory(job, location.Layout, job.FirstBlock + i, pool));
                break;
            case DiskJobKind.Hash:
                if (location.HasV1)
                    Hash(job, location.Layout, files, pool);
                HashLeaves(job, location, 0, job.BlockCount, files, pool);
                job.Root = location.Trees?.RootOf(job.Range.Piece, job.Leaves) ?? default;
                break;
            case DiskJobKind.HashLeaves:
                HashLeaves(job, location, job.FirstBlock, job.BlockCount, files, pool);
                break;
            case DiskJobKind.HashBlocks:
                HashBlocks(job, location.Layout, files, pool);
                break;
            case DiskJobKind.Check:
                Check(job, location, files);
                break;
            case DiskJobKind.Sync:
                if (Settings.SyncFails)
                    job.Error = new DiskError(DiskErrorKind.Device, "simulated", "sync failed");
                else
                    files.Sync();
                break;
            case DiskJobKind.Close:
                _open.Remove(job.Torrent);
                break;
            default:
                throw new SimulationException(_world, $"unknown disk job {job.Kind}");
        }
    }

    private void Read(DiskJob job, SimFiles files, BlockPool pool)
    {
        BytesRead += job.Range.Length;
        byte[] bytes = new byte[job.Range.Length];
        if (Fails(Settings.ReadFailures, job) || !files.Read(job.Range, bytes))
        {
            job.Error ??= new DiskError(DiskErrorKind.Missing, "simulated", "the file is too short");
            return;
        }

        for (int i = 0; i < job.BlockCount; i++)
        {
            ReadOnlySpan<byte> block = bytes.AsSpan(i * BlockRange.BlockLength);
            block[..Math.Min(block.Length, BlockRange.BlockLength)].CopyTo(pool.Span(job.Blocks[i]));
        }
    }

    private void Write(DiskJob job, PieceLayout layout, SimFiles files, BlockPool pool)
    {
        if (Fails(Settings.WriteFailures, job))
            return;
        for (int i = job.FirstBlock; i < job.FirstBlock + job.BlockCount; i++)
        {
            BlockRange block = layout.Block(job.Range.Piece, i);
            if (!HasRoomFor(block, files))
            {
                job.Error = new DiskError(DiskErrorKind.Full, "simulated", "no space left on the simulated disk");
                return;
            }

            ReadOnlySpan<byte> bytes = InMemory(job, layout, i, pool);
            if (job.Received is { } received)
                received[i] = new Sha1Hash(SHA1.HashData(files.AsStored(block, bytes)));
            files.Write(block, bytes, _world.Now);
            BytesWritten += block.Length;
        }
    }

    private void Copy(DiskJob job, PieceLayout layout, SimFiles files, int blocks)
    {
        for (int i = job.FirstBlock; i < job.FirstBlock + blocks; i++)
        {
            BlockRange block = layout.Block(job.Range.Piece, i);
            byte[] bytes = new byte[block.Length];
            int done = 0;
            foreach (FileSlice slice in layout.Slices(block.Piece, block.Offset, block.Length))
            {
                Span<byte> part = bytes.AsSpan(done, slice.Length);
                done += slice.Length;
                if (!layout.Files[slice.File.Value].IsStored)
                    continue;
                CopySource source = job.Sources.Single(source => source.Target == slice.File);
                SimFiles from = _files.Values.Single(candidate => ReferenceEquals(candidate.Layout, source.Location.Layout));
                if (from.Read(source.File, slice.Offset, part))
                    continue;
                job.Error = new DiskError(DiskErrorKind.Missing, "simulated", "the file is too short");
                job.IsSourceAtFault = true;
                return;
            }

            if (!HasRoomFor(block, files))
            {
                job.Error = new DiskError(DiskErrorKind.Full, "simulated", "no space left on the simulated disk");
                return;
            }

            files.Write(block, bytes, _world.Now);
            BytesCopied += block.Length;
        }
    }

    private void Hash(DiskJob job, PieceLayout layout, SimFiles files, BlockPool pool)
    {
        var hash = (SimPieceHash?)job.Hash ?? new SimPieceHash();
        job.Hash = hash;
        byte[] block = new byte[BlockRange.BlockLength];
        for (int i = hash.Covered / BlockRange.BlockLength; i < layout.BlocksIn(job.Range.Piece); i++)
        {
            BlockRange range = layout.Block(job.Range.Piece, i);
            if (!Block(job, range, i, files, pool, block))
                return;
            hash.Append(block.AsSpan(0, range.Length));
            bool isSpoilt = job.Blocks[i].IsNone && Known(job, i) is { } known && known != new Sha1Hash(SHA1.HashData(block.AsSpan(0, range.Length)));
            if (isSpoilt && job.SpoiltBlock < 0)
                job.SpoiltBlock = i;
        }

        job.Digest = new Sha1Hash(hash.Finish());
    }

    private void HashBlocks(DiskJob job, PieceLayout layout, SimFiles files, BlockPool pool)
    {
        var digests = new Sha1Hash[layout.BlocksIn(job.Range.Piece)];
        byte[] block = new byte[BlockRange.BlockLength];
        for (int i = 0; i < digests.Length; i++)
        {
            BlockRange range = layout.Block(job.Range.Piece, i);
            if (job.Blocks[i].IsNone && Known(job, i) is { } known)
            {
                digests[i] = known;
                continue;
            }

            if (!Block(job, range, i, files, pool, block))
                return;
            digests[i] = new Sha1Hash(SHA1.HashData(block.AsSpan(0, range.Length)));
        }

        job.BlockDigests = digests;
    }

    private void HashLeaves(DiskJob job, StorageLocation location, int first, int count, SimFiles files, BlockPool pool)
    {
        if (job.Leaves is not { } leaves || location.Trees is not { } trees)
            return;
        byte[] block = new byte[BlockRange.BlockLength];
        for (int i = first; i < Math.Min(first + count, trees.LeavesIn(job.Range.Piece)); i++)
        {
            BlockRange range = location.Layout.Block(job.Range.Piece, i);
            if (leaves[i] != default)
                continue;
            if (!Block(job, range, i, files, pool, block))
                return;
            leaves[i] = MerkleTree.Leaf(block.AsSpan(0, Math.Min(range.Length, trees.DataLength(job.Range.Piece) - range.Offset)));
        }
    }

    private void Check(DiskJob job, StorageLocation location, SimFiles files)
    {
        job.Good = new bool[job.PieceCount];
        for (int i = 0; i < job.PieceCount; i++)
        {
            var piece = new PieceIndex(job.Range.Piece.Value + i);
            byte[] bytes = new byte[location.Layout.LengthOf(piece)];
            BytesRead += bytes.Length;
            bool isThere = files.Read(new BlockRange(piece, 0, bytes.Length), bytes);
            if (location.Trees is { } trees)
                (job.Roots ??= new Sha256Hash[job.PieceCount])[i] = isThere ? MerkleTree.RootOfData(bytes.AsSpan(0, trees.DataLength(piece)), trees.HeightOf(piece)) : default;
            job.Good[i] = isThere && location.HasV1
                && SHA1.HashData(bytes).AsSpan().SequenceEqual(location.PieceHashes.Span.Slice(piece.Value * Sha1Hash.Length, Sha1Hash.Length));
        }
    }

    private bool Block(DiskJob job, BlockRange range, int index, SimFiles files, BlockPool pool, byte[] into)
    {
        if (index < job.Blocks.Length && !job.Blocks[index].IsNone)
        {
            pool.Span(job.Blocks[index], range.Length).CopyTo(into);
            return true;
        }

        BytesRead += range.Length;
        if (!Fails(Settings.ReadFailures, job) && files.Read(range, into.AsSpan(0, range.Length)))
            return true;
        job.Error ??= new DiskError(DiskErrorKind.Missing, "simulated", "the file is too short");
        return false;
    }

    private static Sha1Hash? Known(DiskJob job, int block) => job.Received is { } received && received[block] != default ? received[block] : null;

    private static ReadOnlySpan<byte> InMemory(DiskJob job, PieceLayout layout, int index, BlockPool pool)
        => pool.Span(job.Blocks[index], layout.Block(job.Range.Piece, index).Length);

    private bool Fails(double chance, DiskJob job)
    {
        if (chance <= 0 || !_random.Chance(chance))
            return false;
        job.Error = new DiskError(DiskErrorKind.Device, "simulated", "the device failed");
        return true;
    }

    private sealed class Order(DiskJob job, SimFiles files, MonoTime begins)
    {
        public DiskJob Job => job;

        public SimFiles Files => files;

        public MonoTime Begins => begins;

        public bool IsAbandoned { get; set; }
    }
}
