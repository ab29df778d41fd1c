using System.Net;
using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>The path of a block through the engine allocates nothing: from its event to the next request.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(100_000_000L)]
    public void A_block_that_comes_in_and_the_request_that_replaces_it_allocate_nothing(long? limit)
    {
        using var world = new QuietWorld(limit);
        world.Connect();

        // Some thousand blocks first, so that every list has its size and every method its code.
        world.Download(blocks: 4096);
        long before = GC.GetAllocatedBytesForCurrentThread();
        world.Download(blocks: 4096);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>One silent peer, a disk that does nothing but hash, and effects that are not written down.</summary>
    private sealed class QuietWorld : IEngineEffects, IDisposable
    {
        private const int PieceLength = 1 << 20;
        private const int Pieces = 512;

        private static readonly byte[] Zeros = new byte[PieceLength];
        private readonly Queue<DiskJob> _jobs = new();
        private readonly Queue<BlockRange> _requests = new(8192);
        private readonly BlockPool _pool = new(64 << 20);
        private readonly SessionEngine _engine;
        private readonly Metainfo _metainfo = EngineRig.MakeMetainfo(new byte[PieceLength], PieceLength);
        private readonly Sha1Hash _digest = new(SHA1.HashData(Zeros));
        private MonoTime _now = new(1_000_000_000);
        private ConnectionId _connection;
        private readonly bool _isLimited;
        private long _ticket;

        public QuietWorld(long? limit)
        {
            _isLimited = limit is not null;
            byte[] hashes = new byte[Pieces * 20];
            for (int i = 0; i < Pieces; i++)
                _digest.Bytes.CopyTo(hashes.AsSpan(i * 20));
            FileEntry file = _metainfo.Layout.Files[0] with { Length = (long)Pieces * PieceLength };
            _metainfo = _metainfo with { Layout = new PieceLayout([file], PieceLength), PieceHashes = hashes };
            var settings = new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), Pipeline = 128, Limits = new SessionLimits { Normal = new TransferLimits(limit, limit) } };
            _engine = new SessionEngine(settings, this, _pool, new SeededRandom(2), new byte[32], _now);
        }

        public void Connect()
        {
            var peer = new IPEndPoint(IPAddress.Parse("203.0.113.5"), 6881);
            _engine.AddTorrent(new TorrentSpec { Metainfo = _metainfo, Directory = "/data", Peers = [peer] }, _now);
            Settle();
            Assert.NotEqual(default, _connection);
            var handshake = new PeerHandshake(peer, _metainfo.Hashes.Primary, new PeerId(new Sha1Hash(new byte[20])), true, true, false, false);
            Post(new PeerEvent(PeerEventKind.Ready, _connection) { Payload = handshake });
            Post(new PeerEvent(PeerEventKind.HaveAll, _connection));
            Post(new PeerEvent(PeerEventKind.Unchoke, _connection));
        }

        public void Download(int blocks)
        {
            for (int i = 0; i < blocks; i++)
            {
                if (_isLimited)
                    Post(new PeerEvent(PeerEventKind.ReadWaiting, _connection));
                BlockRange range = _requests.Dequeue();
                Assert.True(_pool.TryRent(default, 1, out BufferLease lease));
                Post(new PeerEvent(PeerEventKind.Block, _connection) { Range = range, Lease = lease });
                Settle();
                _now += TimeSpan.FromTicks(100);
            }
        }

        public void Dispose() => _pool.Dispose();

        void IEngineEffects.Send(in PeerCommand command)
        {
            if (command.Kind == PeerCommandKind.Connect)
                _connection = command.Connection;
            else if (command.Kind == PeerCommandKind.Request)
                _requests.Enqueue(command.Range);
        }

        void IEngineEffects.OpenStorage(StorageLocation location)
        {
        }

        void IEngineEffects.Submit(DiskJob job) => _jobs.Enqueue(job);

        void IEngineEffects.Fetch(HttpFetch fetch) => throw new InvalidOperationException();

        void IEngineEffects.Resolve(ResolveRequest request) => throw new InvalidOperationException();

        void IEngineEffects.SendDatagram(in Datagram datagram) => throw new InvalidOperationException();

        void IEngineEffects.Save(ResumeRecord record, long ticket) => _ticket = ticket;

        void IEngineEffects.Publish(EngineNotice notice)
        {
        }

        void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece)
        {
        }

        private void Post(in PeerEvent happened)
        {
            _engine.Handle(happened, _now);
            _engine.Advance(_now);
        }

        private void Settle()
        {
            while (_jobs.TryDequeue(out DiskJob? job))
            {
                job.Digest = _digest;
                job.Files = job.Kind is DiskJobKind.Hash or DiskJobKind.Write ? null : [FileStamp.Missing];
                _engine.Handle(job, _now);
                _engine.Advance(_now);
            }

            if (_ticket != 0)
                _engine.HandleSaved(_ticket, null, _now);
            _ticket = 0;
        }
    }
}
