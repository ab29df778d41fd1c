using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Encryption;

namespace Freshet.Engine.Tests.Session;

/// <summary>Who is dialled encrypted and who plain, and whose connection is let in.</summary>
public sealed class EncryptionTests
{
    private const MsePayload Both = MsePayload.Plain | MsePayload.Rc4;

    [Theory]
    [InlineData(EncryptionUse.Off, MsePayload.None)]
    [InlineData(EncryptionUse.Prefer, Both)]
    [InlineData(EncryptionUse.Require, MsePayload.Rc4)]
    public void Peers_are_dialled_as_the_setting_says(EncryptionUse use, MsePayload offers)
    {
        EngineRig rig = Rig(use);
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        Assert.Equal(offers, Assert.Single(peer.Dialled).Encryption);
    }

    [Fact]
    public void Who_hangs_up_on_encryption_is_dialled_plain_at_once_and_from_then_on()
    {
        EngineRig rig = Rig(EncryptionUse.Prefer);
        rig.Add();
        FakePeer old = rig.Peer(1, peer => { peer.Takes = setup => setup.Encryption == MsePayload.None; peer.IsSilent = true; });
        rig.Introduce(old);
        rig.RunUntil(() => old.IsOpen, maxSeconds: 1);
        Assert.Equal([Both, MsePayload.None], old.Dialled.Select(setup => setup.Encryption));
        rig.Run(40);
        old.Close();
        rig.RunUntil(() => old.Dialled.Count == 3);
        Assert.Equal(MsePayload.None, old.Dialled[2].Encryption);
    }

    [Fact]
    public void Who_hangs_up_on_plain_words_is_dialled_encrypted_again()
    {
        EngineRig rig = Rig(EncryptionUse.Prefer);
        rig.Add();
        bool isPlain = true;
        FakePeer peer = rig.Peer(1, peer => { peer.Takes = setup => setup.Encryption == MsePayload.None == isPlain; peer.IsSilent = true; });
        rig.Introduce(peer);
        rig.RunUntil(() => peer.IsOpen);
        rig.Run(40);
        isPlain = false;
        peer.Close();
        rig.RunUntil(() => peer.Dialled.Count == 4);
        Assert.Equal([Both, MsePayload.None, MsePayload.None, Both], peer.Dialled.Select(setup => setup.Encryption));
    }

    [Fact]
    public void Who_takes_neither_is_left_alone_for_a_while()
    {
        EngineRig rig = Rig(EncryptionUse.Prefer);
        rig.Add();
        FakePeer peer = rig.Peer(1, peer => peer.Takes = _ => false);
        rig.Introduce(peer);
        rig.Run(5);
        Assert.Equal(2, peer.Dialled.Count);
        rig.Run(60);
        Assert.InRange(peer.Dialled.Count, 4, 8);
    }

    [Fact]
    public void Required_encryption_is_never_given_up()
    {
        EngineRig rig = Rig(EncryptionUse.Require);
        rig.Add();
        FakePeer peer = rig.Peer(1, peer => peer.Takes = setup => setup.Encryption == MsePayload.None);
        rig.Introduce(peer);
        rig.Run(600);
        Assert.All(peer.Dialled, setup => Assert.Equal(MsePayload.Rc4, setup.Encryption));
    }

    [Theory]
    [InlineData(EncryptionUse.Off, true)]
    [InlineData(EncryptionUse.Prefer, true)]
    [InlineData(EncryptionUse.Require, false)]
    public void Plain_callers_are_let_in_unless_encryption_is_required(EncryptionUse use, bool isLetIn)
    {
        EngineRig rig = Rig(use);
        rig.Add();
        FakePeer peer = rig.Peer(1);
        rig.Incoming(peer);
        Assert.Equal(isLetIn, rig.Sent(peer, PeerCommandKind.Accept).Any());
        Assert.Equal(isLetIn ? null : DisconnectReason.Encryption, peer.ClosedFor);
    }

    [Theory]
    [InlineData(EncryptionUse.Prefer, Both)]
    [InlineData(EncryptionUse.Require, MsePayload.Rc4)]
    public void An_encrypted_caller_is_told_its_torrent_by_the_hash_that_it_names(EncryptionUse use, MsePayload accepts)
    {
        EngineRig rig = Rig(use);
        rig.Add();
        Post(rig, MseHashes.Masked(rig.Metainfo.Hashes.Primary));
        PeerCommand answer = Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Unmask);
        Assert.Equal(new Unmasking(rig.Metainfo.Hashes.Primary, accepts), answer.Payload);
    }

    [Fact]
    public void Encrypted_callers_are_let_go_where_nobody_knows_the_torrent_or_it_is_off()
    {
        EngineRig rig = Rig(EncryptionUse.Prefer);
        rig.Add();
        Post(rig, MseHashes.Masked(default));
        Assert.Equal(DisconnectReason.UnknownTorrent, Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Close).Reason);
        rig = Rig(EncryptionUse.Off);
        rig.Add();
        Post(rig, MseHashes.Masked(rig.Metainfo.Hashes.Primary));
        Assert.Equal(DisconnectReason.Encryption, Assert.Single(rig.Commands, command => command.Kind == PeerCommandKind.Close).Reason);
    }

    [Fact]
    public void A_torrent_that_is_removed_is_found_no_more()
    {
        EngineRig rig = Rig(EncryptionUse.Prefer);
        rig.Add();
        rig.Engine.RemoveTorrent(rig.Torrent, rig.Now);
        rig.Run(10);
        Post(rig, MseHashes.Masked(rig.Metainfo.Hashes.Primary));
        Assert.Single(rig.Commands, command => command is { Kind: PeerCommandKind.Close, Reason: DisconnectReason.UnknownTorrent });
    }

    private static EngineRig Rig(EncryptionUse use)
        => new(settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(3)), EncryptOutgoing = use, EncryptIncoming = use });

    private static void Post(EngineRig rig, Sha1Hash name)
        => rig.Post(new PeerEvent(PeerEventKind.Masked, new ConnectionId(77)) { Payload = name });
}
