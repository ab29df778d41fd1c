using System.Security.Cryptography;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>A torrent without metadata in a session, and metadata that is given to others (BEP 9).</summary>
public sealed class MagnetSessionTests
{
    private static readonly byte[] Info = [.. "d4:name"u8, .. new byte[20_000]];

    [Fact]
    public void A_torrent_without_metadata_dials_and_announces_that_something_is_left()
    {
        var rig = new MagnetRig();
        rig.Rig.Peer(1, peer => peer.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)] });
        Assert.Equal(TorrentState.FetchingMetadata, rig.Rig.Status.State);
        rig.Rig.Run(1);
        Assert.Contains("left=16384", rig.Rig.Fetches[0].Url.Query, StringComparison.Ordinal);
        Assert.Null(Assert.Single(rig.Rig.Peers[EngineRig.Address(1)].Dialled).Layout);
        Assert.Equal((1, false), (rig.Rig.Status.Peers, rig.Rig.Status.HasMetadata));
    }

    [Fact]
    public void It_asks_who_says_that_it_has_the_metadata_and_tells_what_has_the_hash()
    {
        var rig = new MagnetRig();
        FakePeer peer = rig.Rig.Peer(1, peer => peer.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)] });
        rig.Rig.Run(1);
        rig.Introduce(peer);
        Assert.Equal([0, 1], rig.Rig.Commands.Where(command => command.Kind == PeerCommandKind.MetadataRequest).Select(command => command.Value));
        rig.Give(peer, 1);
        Assert.Equal(0.18, rig.Rig.Status.MetadataProgress!.Value, 0.01);
        rig.Give(peer, 0);
        Assert.Equal(Info, Assert.Single(rig.Rig.Notices.OfType<MetadataFetchedNotice>()).Info.ToArray());
    }

    [Fact]
    public void What_can_not_be_used_is_an_error_and_a_start_tells_of_it_again()
    {
        var rig = new MagnetRig();
        FakePeer peer = rig.Rig.Peer(1, peer => peer.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)] });
        rig.Rig.Run(1);
        rig.Introduce(peer);
        rig.Give(peer, 0);
        rig.Give(peer, 1);
        rig.Rig.Engine.ResolveFailed(rig.Rig.Torrent, "no use", rig.Rig.Now);
        rig.Rig.Run(10);
        Assert.Equal((TorrentState.Error, "no use"), (rig.Rig.Status.State, rig.Rig.Status.Reason));
        rig.Rig.Engine.Start(rig.Rig.Torrent, rig.Rig.Now);
        rig.Rig.Run(1);
        Assert.Equal(2, rig.Rig.Notices.OfType<MetadataFetchedNotice>().Count());
    }

    [Fact]
    public void A_link_whose_hashes_are_of_two_torrents_is_an_error_and_nobody_is_blamed()
    {
        var rig = new MagnetRig(new InfoHashes(new Sha1Hash(SHA1.HashData(Info)), new Sha256Hash(SHA256.HashData("other"u8))));
        FakePeer peer = rig.Rig.Peer(1, peer => peer.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)] });
        rig.Rig.Run(1);
        rig.Introduce(peer);
        rig.Give(peer, 0);
        rig.Give(peer, 1);
        rig.Rig.Run(10);
        Assert.Equal(TorrentState.Error, rig.Rig.Status.State);
        Assert.DoesNotContain(rig.Rig.Notices, notice => notice is PeerBannedNotice);
    }

    [Fact]
    public void Nothing_is_due_where_nobody_has_the_metadata()
    {
        var rig = new MagnetRig();
        FakePeer peer = rig.Rig.Peer(1, peer => peer.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)], UseTrackers = false });
        rig.Rig.Run(5);
        peer.Post(PeerEventKind.ExtensionHandshake, payload: new ExtensionHandshake { Messages = new Dictionary<string, byte>(StringComparer.Ordinal) { ["ut_metadata"] = 3 } });
        rig.Rig.Run(5);
        Assert.True(rig.Rig.Engine.NextDeadline.IsNever);
    }

    [Fact]
    public void Metadata_is_offered_and_given_to_who_asks()
    {
        EngineRig rig = Seeder(isPrivate: false, out FakePeer peer);
        Assert.Equal(Info.Length, Said(rig).MetadataSize);
        peer.Post(PeerEventKind.MetadataRequest, value: 1);
        MetadataPiece piece = Assert.IsType<MetadataPiece>(Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Metadata).Payload);
        Assert.Equal((1, Info.Length), (piece.Index, piece.TotalSize));
        Assert.Equal(Info.AsSpan(MetadataPieces.Length).ToArray(), piece.Bytes.ToArray());
        foreach (int beyond in (int[])[2, -1, int.MaxValue])
            peer.Post(PeerEventKind.MetadataRequest, value: beyond);
        Assert.Equal(3, rig.Commands.Count(command => command.Kind == PeerCommandKind.MetadataReject));
    }

    [Fact]
    public void That_of_a_private_torrent_is_neither_offered_nor_given()
    {
        EngineRig rig = Seeder(isPrivate: true, out FakePeer peer);
        Assert.Null(Said(rig).MetadataSize);
        peer.Post(PeerEventKind.MetadataRequest, value: 0);
        Assert.Contains(rig.Commands, command => command.Kind == PeerCommandKind.MetadataReject);
        Assert.DoesNotContain(rig.Commands, command => command.Kind == PeerCommandKind.Metadata);
    }

    /// <summary>THREATS B7.</summary>
    [Fact]
    public void Requests_for_metadata_have_a_measure()
    {
        EngineRig rig = Seeder(isPrivate: false, out FakePeer peer);
        for (int i = 0; i < 10_000 && peer.IsOpen; i++)
            peer.Post(PeerEventKind.MetadataRequest, value: 0);
        Assert.InRange(rig.Commands.Count(command => command.Kind == PeerCommandKind.Metadata), 4096, 4200);
        Assert.False(peer.IsOpen);
    }

    private static EngineRig Seeder(bool isPrivate, out FakePeer peer)
    {
        var plain = new EngineRig();
        var rig = new EngineRig { Metainfo = plain.Metainfo with { InfoBytes = Info, IsPrivate = isPrivate } };
        peer = rig.Peer(1, one => one.Has.ClearAll());
        rig.Add(spec => spec with { Peers = [EngineRig.Address(1)] });
        rig.Run(1);
        Assert.True(peer.IsOpen);
        return rig;
    }

    private static ExtensionHandshake Said(EngineRig rig)
        => (ExtensionHandshake)rig.Commands.First(command => command.Kind == PeerCommandKind.ExtensionHandshake).Payload!;

    private sealed class MagnetRig
    {
        private readonly InfoHashes _hashes;

        public MagnetRig(InfoHashes? hashes = null)
        {
            _hashes = hashes ?? new InfoHashes(new Sha1Hash(SHA1.HashData(Info)), null);
            var plain = new EngineRig();
            Rig = new EngineRig { Metainfo = plain.Metainfo with { InfoBytes = Info, Hashes = _hashes } };
        }

        public EngineRig Rig { get; }

        public void Add(Func<TorrentSpec, TorrentSpec> change) => Rig.Add(spec => change(spec with
        {
            Metainfo = null,
            Summary = TorrentSummary.WithoutMetadata(_hashes, "magnet", [["http://192.0.2.7/announce"]]),
        }));

        public void Introduce(FakePeer peer) => peer.Post(
            PeerEventKind.ExtensionHandshake,
            payload: new ExtensionHandshake { MetadataSize = Info.Length, Messages = new Dictionary<string, byte>(StringComparer.Ordinal) { ["ut_metadata"] = 3 } });

        public void Give(FakePeer peer, int piece)
        {
            ReadOnlyMemory<byte> bytes = Info.AsMemory(piece * MetadataPieces.Length, MetadataPieces.LengthOf(Info.Length, piece));
            peer.Post(PeerEventKind.Metadata, payload: new MetadataPiece(piece, Info.Length, bytes));
        }
    }
}
