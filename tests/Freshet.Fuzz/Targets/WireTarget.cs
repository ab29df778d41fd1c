using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Fuzz.Targets;

/// <summary>
/// A peer's whole stream, handshake and messages, to a link in either role, of a torrent whose pieces are known at once or only at the end. However the bytes are cut and however often the pool runs dry on
/// the way, the events, blocks and the end must be the same, and every lease must come back.
/// </summary>
public sealed class WireTarget : IFuzzTarget
{
    private const byte IncomingFlag = 1;
    private const byte FastFlag = 2;
    private const byte ExtensionsFlag = 4;
    private const byte V2Flag = 8;
    private const byte LateFlag = 16;

    private const int Pieces = 10;
    private const int PieceLength = 2 * BlockRange.BlockLength;
    private const int LastPieceLength = 700;

    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 6881);
    private static readonly InfoHash Swarm = new(new Sha1Hash("swarmswarmswarmswarm"u8));
    private static readonly PeerId Us = new(new Sha1Hash("-FH0100-aaaaaaaaaaaa"u8));
    private static readonly MonoTime Now = MonoTime.Zero + TimeSpan.FromSeconds(1);

    private static readonly BlockRange[] Asked =
    [
        new(new PieceIndex(0), 0, BlockRange.BlockLength), new(new PieceIndex(0), BlockRange.BlockLength, BlockRange.BlockLength),
        new(new PieceIndex(Pieces - 1), 0, LastPieceLength),
    ];

    private static readonly HashRequest[] AskedHashes = [new(MerkleTree.Leaf([1]), 0, 0, 4, 2), new(MerkleTree.Leaf([1]), 0, 4, 2, 0), new(MerkleTree.Leaf([2]), 1, 0, 512, 12)];

    private static readonly PieceLayout Layout = new(
        [
            new FileEntry { Index = new FileIndex(0), Path = "a", OriginalPath = "a", Length = ((Pieces - 1) * PieceLength) + LastPieceLength, Offset = 0 },
        ],
        PieceLength);

    // As long as the process, like the targets themselves.
    private static readonly BlockPool Pool = new(1);

    /// <inheritdoc/>
    public string Name => "wire";

    /// <inheritdoc/>
    public int Iterations => 10_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 100_000 + (500L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        byte flags = (byte)random.Next(32);
        var stream = new List<byte> { flags, (byte)random.Next(256) };
        stream.AddRange(Handshake(flags));
        for (int i = random.Next(12); i > 0; i--)
            AddMessage(stream, random);
        return [.. stream];
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
            return;
        var whole = new PeerEventBuffer();
        var cut = new PeerEventBuffer();
        try
        {
            DisconnectReason end = Play(input[2..], input[0], whole, cuts: null);
            DisconnectReason cutEnd = Play(input[2..], input[0], cut, new SeededRandom(input[1]));
            FuzzException.Require(end == cutEnd, $"the end does not depend on cuts: {end}, {cutEnd}");
            FuzzException.Require(whole.Count == cut.Count, "the number of events does not depend on cuts");
            for (int i = 0; i < whole.Count; i++)
                FuzzException.Require(AreSame(whole.Events[i], cut.Events[i]), $"event {i} does not depend on cuts");
        }
        finally
        {
            ReturnAll(whole);
            ReturnAll(cut);
        }

        FuzzException.Require(Pool.RentedBlocks == 0, "every lease comes back");
    }

    private static byte[] Handshake(byte flags)
    {
        byte[] handshake = new byte[68];
        handshake[0] = 19;
        "BitTorrent protocol"u8.CopyTo(handshake.AsSpan(1));
        handshake[25] = (byte)((flags & ExtensionsFlag) != 0 ? 0x10 : 0);
        handshake[27] = (byte)((flags & FastFlag) != 0 ? 0x04 : 0);
        Swarm.Value.Bytes.CopyTo(handshake.AsSpan(28));
        "-XX0000-bbbbbbbbbbbb"u8.CopyTo(handshake.AsSpan(48));
        return handshake;
    }

    private static void AddMessage(List<byte> stream, SeededRandom random)
    {
        var body = new List<byte>();
        int kind = random.Next(26);
        switch (kind)
        {
            case 4 or 13 or 17:
                AddNumber(body, random.Next(Pieces));
                break;
            case 5:
                body.AddRange([(byte)random.Next(256), (byte)(random.Next(4) << 6)]);
                break;
            case 6 or 8 or 16:
                AddRange(body, Layout.Block(new PieceIndex(random.Next(Pieces - 1)), random.Next(2)));
                break;
            case 7 or 18 or 19:
                kind = 7;
                BlockRange asked = Asked[random.Chance(0.7) ? 2 : random.Next(Asked.Length)];
                AddNumber(body, asked.Piece.Value);
                AddNumber(body, asked.Offset);
                byte[] payload = new byte[random.Chance(0.9) ? asked.Length : random.Next(1000)];
                random.NextBytes(payload);
                body.AddRange(payload);
                break;
            case 9:
                body.AddRange([26, 225]);
                break;
            case 20 or 21:
                kind = 20;
                body.AddRange(random.Next(5) switch
                {
                    3 => [2, .. Encoding.ASCII.GetBytes($"d8:msg_typei{random.Next(3)}e5:piecei{random.Next(4)}e10:total_sizei16484ee"), .. new byte[random.Chance(0.7) ? 100 : random.Next(300)]],
                    4 => [2, .. Encoding.ASCII.GetBytes($"d8:msg_typei{random.Next(4) - 1}e5:piecei{random.Next(3) - 1}ee")],
                    0 => [7, 0, 0, 0, (byte)random.Next(Pieces + 1)],
                    1 => [0, .. "d1:md11:lt_donthavei7ee4:reqqi250e1:v4:teste"u8],
                    _ => [(byte)random.Next(256), 1, 2, 3],
                });
                break;
            case 22:
                stream.AddRange([0, 0, 0, 0]);
                return;
            case >= 23:
                kind -= 2;
                HashRequest hashes = AskedHashes[random.Next(AskedHashes.Length)];
                if (random.Chance(0.2))
                    hashes = hashes with { Index = random.Next(10), Length = random.Next(10) };
                byte[] request = new byte[HashRequest.EncodedLength];
                hashes.Write(request);
                body.AddRange(request);
                if (kind == 22)
                    body.AddRange(new byte[random.Chance(0.8) ? Math.Max(0, hashes.HashCount) * Sha256Hash.Length : random.Next(300)]);
                break;
        }

        AddNumber(stream, body.Count + 1);
        stream.Add((byte)kind);
        stream.AddRange(body);
    }

    private static void AddRange(List<byte> body, BlockRange range)
    {
        AddNumber(body, range.Piece.Value);
        AddNumber(body, range.Offset);
        AddNumber(body, range.Length);
    }

    private static void AddNumber(List<byte> body, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        body.AddRange(bytes);
    }

    private static DisconnectReason Play(ReadOnlySpan<byte> stream, byte flags, PeerEventBuffer events, SeededRandom? cuts)
    {
        bool isLate = (flags & LateFlag) != 0;
        var setup = new ConnectionSetup(Address, Swarm, Us, isLate ? null : Layout) { V2Swarm = (flags & V2Flag) != 0 ? Swarm : null };
        PeerLink link = (flags & IncomingFlag) != 0
            ? PeerLink.Incoming(new ConnectionId(1), Address, Pool, Now)
            : PeerLink.Outgoing(new ConnectionId(2), setup, Pool, Now);
        bool hasAsked = false;
        int at = 0;
        while (at < stream.Length)
        {
            // Requests go out between handshake and messages in both runs, so the first cut is there.
            int length = at == 0 ? Math.Min(WireHandshake.Length, stream.Length)
                : cuts is null ? stream.Length - at
                : Math.Min(1 + cuts.Next(1 << cuts.Next(15)), stream.Length - at);
            FeedPossiblyStarved(link, stream.Slice(at, length), events, starve: cuts is not null && cuts.Chance(0.2));
            at += length;
            if (events.Count == 1 && events.Events[0].Kind == PeerEventKind.Incoming && !link.IsReady)
                Accept(link, setup, events);
            if (link.IsReady && !hasAsked)
            {
                hasAsked = true;
                foreach (BlockRange range in isLate ? [] : Asked)
                    link.Apply(new PeerCommand(PeerCommandKind.Request, link.Id) { Range = range }, events, Now);
                for (int piece = 0; piece < 3; piece++)
                    link.Apply(new PeerCommand(PeerCommandKind.MetadataRequest, link.Id) { Value = piece }, events, Now);
                foreach (HashRequest request in (flags & V2Flag) != 0 ? AskedHashes : [])
                    link.Apply(new PeerCommand(PeerCommandKind.HashRequest, link.Id) { Payload = request }, events, Now);
            }
        }

        if (isLate && link.IsReady)
            link.Apply(new PeerCommand(PeerCommandKind.Layout, link.Id) { Payload = Layout }, events, Now);
        DisconnectReason end = link.Ending;
        link.Close(DisconnectReason.Shutdown, events);
        return end;
    }

    private static void Accept(PeerLink link, ConnectionSetup setup, PeerEventBuffer events)
    {
        // As an engine would: only what is known is accepted.
        if (((PeerHandshake)events.Events[0].Payload!).Swarm == Swarm)
            link.Apply(new PeerCommand(PeerCommandKind.Accept, link.Id) { Payload = setup }, events, Now);
        else
            link.Apply(new PeerCommand(PeerCommandKind.Close, link.Id) { Reason = DisconnectReason.UnknownTorrent }, events, Now);
    }

    private static void FeedPossiblyStarved(PeerLink link, ReadOnlySpan<byte> bytes, PeerEventBuffer events, bool starve)
    {
        if (!starve)
        {
            link.Feed(bytes.ToArray(), events, Now);
            return;
        }

        Span<BufferLease> held = stackalloc BufferLease[BlockPool.BlocksPerSlab];
        int count = 0;
        while (Pool.TryRent(default, 1, out BufferLease lease))
            held[count++] = lease;
        link.Feed(bytes.ToArray(), events, Now);
        foreach (BufferLease lease in held[..count])
            Pool.Return(lease);
        FuzzException.Require(!link.IsStarved || !link.WantsInput, "a starved link is not read");
        link.Resume(events, Now);
        FuzzException.Require(!link.IsStarved, "a link goes on when there is room");
    }

    private static bool AreSame(in PeerEvent a, in PeerEvent b)
    {
        if (a.Kind != b.Kind || a.Range != b.Range || a.Value != b.Value || a.Reason != b.Reason || a.Lease.IsNone != b.Lease.IsNone)
            return false;
        if (!a.Lease.IsNone)
            return Pool.Span(a.Lease, a.Range.Length).SequenceEqual(Pool.Span(b.Lease, b.Range.Length));
        return (a.Payload, b.Payload) switch
        {
            (Bitfield left, Bitfield right) => left.ToArray().AsSpan().SequenceEqual(right.ToArray()),
            (ExtensionHandshake left, ExtensionHandshake right) => left with { Messages = right.Messages } == right && left.Messages.Count == right.Messages.Count,
            (MetadataPiece left, MetadataPiece right) => (left.Index, left.TotalSize) == (right.Index, right.TotalSize) && left.Bytes.Span.SequenceEqual(right.Bytes.Span),
            (PexMessage left, PexMessage right) => left.Added.SequenceEqual(right.Added) && left.Dropped.SequenceEqual(right.Dropped),
            (HashAnswer left, HashAnswer right) => left.Request == right.Request && left.Hashes.Span.SequenceEqual(right.Hashes.Span),
            _ => Equals(a.Payload, b.Payload),
        };
    }

    private static void ReturnAll(PeerEventBuffer events)
    {
        foreach (PeerEvent e in events.Events)
            Pool.Return(e.Lease);
        events.Clear();
    }
}
