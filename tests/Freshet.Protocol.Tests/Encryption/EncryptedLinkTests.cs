using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Tests.Wire;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Encryption;

/// <summary>Whole connections behind message stream encryption, and those that are not.</summary>
public sealed class EncryptedLinkTests
{
    private const MsePayload Both = MsePayload.Plain | MsePayload.Rc4;

    [Theory]
    [InlineData(Both, Both, MsePayload.Plain)]
    [InlineData(Both, MsePayload.Rc4, MsePayload.Rc4)]
    [InlineData(MsePayload.Rc4, Both, MsePayload.Rc4)]
    [InlineData(MsePayload.None, Both, MsePayload.None)]
    public void Handshakes_messages_and_blocks_go_through_however_they_are_cut(MsePayload offers, MsePayload accepts, MsePayload agreed)
    {
        for (ulong seed = 1; seed <= 12; seed++)
        {
            using var wire = new Wire(seed, offers, accepts);
            wire.Run();
            Assert.Equal((agreed, agreed), (wire.Dialler.Met!.Encryption, wire.Dialled.Met!.Encryption));
            Assert.Equal(Samples.Swarm, wire.Dialled.Met.Swarm);

            // A block of known bytes, asked for and given.
            var block = new BlockRange(new PieceIndex(1), 16384, 16384);
            wire.Dialler.Apply(PeerCommandKind.Interested);
            wire.Dialled.Apply(PeerCommandKind.Unchoke);
            wire.Dialler.Apply(PeerCommandKind.Request, block);
            wire.Run();
            Assert.Contains(wire.Dialled.Kinds, kind => kind == PeerEventKind.Request);
            Assert.True(wire.Dialled.Pool.TryRent(default, 1, out BufferLease lease));
            new SeededRandom(seed).NextBytes(wire.Dialled.Pool.Span(lease));
            byte[] given = wire.Dialled.Pool.Span(lease).ToArray();
            wire.Dialled.Apply(PeerCommandKind.SendBlock, block, lease);
            wire.Run();
            Assert.Equal(given, wire.Dialler.Block);
        }
    }

    [Fact]
    public void Payload_by_RC4_shows_nothing_of_itself()
    {
        using var wire = new Wire(3, MsePayload.Rc4, Both);
        wire.Run();
        foreach (List<byte> seen in (List<byte>[])[wire.Dialler.Sent, wire.Dialled.Sent])
        {
            Assert.Equal(-1, CollectionsMarshal.AsSpan(seen).IndexOf("BitTorrent"u8));
            Assert.Equal(-1, CollectionsMarshal.AsSpan(seen).IndexOf(Samples.Swarm.Value.Bytes));
        }
    }

    [Fact]
    public void A_torrent_that_we_do_not_have_is_told_nothing()
    {
        using var wire = new Wire(3, Both, Both) { Knows = false };
        wire.Run();
        Assert.Equal(DisconnectReason.UnknownTorrent, wire.Dialled.Link.Ending);
        Assert.Null(wire.Dialled.Met);
        Assert.Equal(-1, CollectionsMarshal.AsSpan(wire.Dialled.Sent).IndexOf(Samples.Them.Value.Bytes));
    }

    /// <summary>One byte at a time, so that what comes first looks like the beginning of a plain handshake for as long as it does.</summary>
    [Fact]
    public void Plain_handshakes_are_told_from_encrypted_ones_whenever_they_differ()
    {
        for (int same = 0; same < 20; same++)
        {
            using var wire = new Wire(3, Both, Both);
            byte[] first = [.. "\u0013BitTorrent protocol"u8[..same], 0xEE];
            foreach (byte b in first)
                wire.Dialled.Link.Feed([b], wire.Dialled.Events, Wire.Now);
            Assert.Equal(DisconnectReason.None, wire.Dialled.Link.Ending);
            Assert.True(wire.Dialled.Link.WantsInput);
            wire.Dialled.Link.Feed(new byte[MsePrime.Length], wire.Dialled.Events, Wire.Now);
            Assert.True(wire.Dialled.Link.HasOutput);
        }
    }

    [Fact]
    public void Without_the_means_an_encrypted_peer_is_let_go()
    {
        using var pool = new BlockPool(1024 * 1024);
        var events = new PeerEventBuffer();
        PeerLink link = PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Wire.Now);
        link.Feed([1, 2, 3], events, Wire.Now);
        Assert.Equal(DisconnectReason.BadHandshake, link.Ending);
        link.Close(DisconnectReason.Shutdown, events);
    }

    /// <summary>Two links and the bytes between them, in pieces of any length.</summary>
    private sealed class Wire : IDisposable
    {
        public static readonly MonoTime Now = LinkUnderTest.Start;

        private readonly SeededRandom _random;
        private readonly MsePayload _accepts;

        public Wire(ulong seed, MsePayload offers, MsePayload accepts)
        {
            _random = new SeededRandom(seed);
            _accepts = accepts;
            var ours = new MseKit(MontgomeryPowers.Instance, new SetEntropy(seed * 2));
            var theirs = new MseKit(MontgomeryPowers.Instance, new SetEntropy((seed * 2) + 1));
            Dialler = new Side(pool => PeerLink.Outgoing(new ConnectionId(2), Samples.Setup() with { Encryption = offers }, pool, Now, kit: ours));
            Dialled = new Side(pool => PeerLink.Incoming(new ConnectionId(1), Samples.Address, pool, Now, kit: theirs));
        }

        public Side Dialler { get; }

        public Side Dialled { get; }

        /// <summary>Whether the dialled side has the torrent.</summary>
        public bool Knows { get; init; } = true;

        public void Run()
        {
            bool moved = true;
            while (moved)
            {
                moved = Move(Dialler, Dialled);
                moved |= Move(Dialled, Dialler);
                moved |= Dialler.Handle(this) | Dialled.Handle(this);
            }
        }

        public void Answer(Side side, PeerEvent happened)
        {
            if (happened.Kind == PeerEventKind.Masked && (!Knows || (Sha1Hash)happened.Payload! != MseHashes.Masked(Samples.Swarm)))
                side.Link.Apply(new PeerCommand(PeerCommandKind.Close, side.Link.Id) { Reason = DisconnectReason.UnknownTorrent }, side.Events, Now);
            else if (happened.Kind == PeerEventKind.Masked)
                side.Apply(PeerCommandKind.Unmask, payload: new Unmasking(Samples.Swarm, _accepts));
            else if (happened.Kind == PeerEventKind.Incoming)
                side.Apply(PeerCommandKind.Accept, payload: Samples.Setup(self: Samples.Them));
        }

        public void Dispose()
        {
            Dialler.Dispose();
            Dialled.Dispose();
        }

        private bool Move(Side from, Side to)
        {
            if (!from.Link.HasOutput || !to.Link.WantsInput)
                return false;
            ReadOnlySpan<byte> waiting = from.Link.BeginSend().Span;
            byte[] sent = waiting[..(1 + _random.Next(Math.Min(waiting.Length, 3000)))].ToArray();
            from.Link.EndSend(sent.Length, Now);
            from.Sent.AddRange(sent);
            to.Link.Feed(sent, to.Events, Now);
            return true;
        }
    }

    private sealed class Side : IDisposable
    {
        public Side(Func<BlockPool, PeerLink> make) => Link = make(Pool);

        public BlockPool Pool { get; } = new(1024 * 1024);

        public PeerEventBuffer Events { get; } = new();

        public PeerLink Link { get; }

        public PeerHandshake? Met { get; private set; }

        public List<PeerEventKind> Kinds { get; } = [];

        public List<byte> Sent { get; } = [];

        public byte[]? Block { get; private set; }

        public void Apply(PeerCommandKind kind, BlockRange range = default, BufferLease lease = default, object? payload = null)
            => Link.Apply(new PeerCommand(kind, Link.Id) { Range = range, Lease = lease, Payload = payload }, Events, Wire.Now);

        public bool Handle(Wire wire)
        {
            PeerEvent[] events = Events.Events.ToArray();
            Events.Clear();
            foreach (PeerEvent happened in events)
            {
                Kinds.Add(happened.Kind);
                if (happened.Kind == PeerEventKind.Ready)
                    Met = (PeerHandshake)happened.Payload!;
                if (happened.Kind == PeerEventKind.Block)
                {
                    Block = Pool.Span(happened.Lease)[..happened.Range.Length].ToArray();
                    Pool.Return(happened.Lease);
                }

                wire.Answer(this, happened);
            }

            return events.Length > 0;
        }

        public void Dispose()
        {
            Link.Close(DisconnectReason.Shutdown, Events);
            Pool.Dispose();
        }
    }
}
