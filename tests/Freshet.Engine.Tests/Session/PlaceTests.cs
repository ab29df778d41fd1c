using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Tests.Session;

/// <summary>What happens when all places are taken.</summary>
public sealed class PlaceTests
{
    private const int Limit = 10;

    [Fact]
    public void Every_five_minutes_the_worst_gives_its_place_to_one_who_waits()
    {
        EngineRig rig = Full();
        FakePeer[] waiting = [.. Enumerable.Range(100, 5).Select(i => rig.Peer(i, peer => peer.Unchokes = false))];
        Introduce(rig, waiting);
        rig.Run(290);
        Assert.DoesNotContain(waiting, peer => peer.IsOpen);
        for (int turn = 1; turn <= 3; turn++)
        {
            rig.Run(300);
            Assert.Equal(turn, waiting.Count(peer => peer.IsOpen));
            Assert.Equal(Limit, rig.Status.Peers);
        }
    }

    [Fact]
    public void Where_nobody_waits_everybody_stays()
    {
        EngineRig rig = Full();
        rig.Run(3600);
        Assert.DoesNotContain(rig.Commands, command => command.Kind == PeerCommandKind.Close);
    }

    [Fact]
    public void Who_brings_something_stays()
    {
        EngineRig rig = Full();
        FakePeer good = rig.Peers[EngineRig.Address(1)];
        Introduce(rig, [.. Enumerable.Range(100, 60).Select(i => rig.Peer(i, peer => peer.Unchokes = false))]);
        for (int i = 0; i < 3600; i++)
        {
            // Payload, if none that anybody asked for: it came before the cancel.
            good.Post(PeerEventKind.UnwantedBlock, new BlockRange(new PieceIndex(0), 0, 16384));
            rig.Run(1);
        }

        Assert.True(good.IsOpen);
        Assert.InRange(rig.Commands.Count(command => command is { Kind: PeerCommandKind.Close, Reason: DisconnectReason.Limit }), 8, 12);
    }

    [Fact]
    public void The_sessions_places_change_hands_too()
    {
        var rig = new EngineRig(settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), MaxConnections = Limit });
        Fill(rig);
        FakePeer[] waiting = [.. Enumerable.Range(100, 5).Select(i => rig.Peer(i, peer => peer.Unchokes = false))];
        Introduce(rig, waiting);
        rig.Run(310);
        Assert.Single(waiting, peer => peer.IsOpen);
    }

    /// <summary>BEP 40: a full torrent takes whom both sides prefer in place of a useless one that goes behind, one a second at the most.</summary>
    [Fact]
    public void A_peer_that_dials_a_full_torrent_gets_the_place_of_one_that_goes_behind_it()
    {
        EngineRig rig = Full(voters: 2);
        Knock(rig, 200);
        Assert.Equal(DisconnectReason.Limit, rig.Commands[^1].Reason);

        // As long as our own address is not known there is no order.
        foreach (FakePeer voter in rig.Connected.Values.Where(peer => peer.Endpoint.Address.GetAddressBytes()[0] < 100).ToArray())
            voter.Post(PeerEventKind.ExtensionHandshake, payload: new ExtensionHandshake { YourAddress = IPAddress.Parse("123.213.32.10") });
        rig.Run(100);
        int accepted = 0;
        for (int i = 1; i <= 50; i++)
        {
            int before = rig.Commands.Count(command => command.Kind == PeerCommandKind.Accept);
            Knock(rig, 60 + i);
            Knock(rig, 120 + i);
            int now = rig.Commands.Count(command => command.Kind == PeerCommandKind.Accept) - before;
            Assert.InRange(now, 0, 1);
            accepted += now;
            rig.Run(1);
        }

        Assert.InRange(accepted, 1, 12);
        Assert.Equal(Limit + 2, rig.Status.Peers + rig.Status.Connecting);
    }

    private static EngineRig Full(int voters = 0)
    {
        var rig = new EngineRig(settings: new SessionSettings { PeerId = PeerId.Create(new SeededRandom(1)), MaxConnectionsPerTorrent = Limit + voters });
        Fill(rig);
        for (int i = 1; i <= voters; i++)
        {
            Knock(rig, 50 + i);
            rig.Run(1);
        }

        return rig;
    }

    private static void Fill(EngineRig rig)
    {
        rig.Add(spec => spec with { ExtraTrackers = ["http://198.51.100.9/announce"] });
        Introduce(rig, [.. Enumerable.Range(1, Limit).Select(i => rig.Peer(i, peer => peer.Unchokes = false))]);
        rig.Run(1);
        Assert.Equal(Limit, rig.Status.Peers);
    }

    /// <summary>A tracker names them: whom the user names stays.</summary>
    private static void Introduce(EngineRig rig, FakePeer[] peers)
    {
        if (rig.Fetches.Count > 1 || rig.Status.Peers > 0)
        {
            rig.Engine.Reannounce(rig.Torrent, rig.Now);
            rig.Run(30);
        }

        string compact = string.Concat(peers.Select(peer => System.Text.Encoding.Latin1.GetString(
            [.. peer.Endpoint.Address.GetAddressBytes(), (byte)(peer.Endpoint.Port >> 8), (byte)peer.Endpoint.Port])));
        rig.AnswerTracker($"d8:intervali86400e5:peers{compact.Length}:{compact}e");
    }

    private static FakePeer Knock(EngineRig rig, int number)
    {
        var peer = new FakePeer(rig, new IPEndPoint(new IPAddress([(byte)(20 + (number % 60)), (byte)number, 7, 1]), 6881), number) { Unchokes = false };
        rig.Incoming(peer);
        return peer;
    }
}
