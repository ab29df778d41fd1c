using Freshet.Abstractions;
using Freshet.Engine.Choking;

namespace Freshet.Engine.Tests.Choking;

public sealed class UploadSlotsTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public void The_first_interested_peers_get_the_places_and_the_next_one_waits()
    {
        var slots = new UploadSlots(2, _recorder);
        slots.Interested(Peer(1));
        slots.Interested(Peer(2));
        slots.Interested(Peer(3));
        Assert.Equal([Peer(1), Peer(2)], _recorder.Unchoked);
        slots.Left(Peer(1));
        Assert.Equal([Peer(2), Peer(3)], _recorder.Unchoked.Except([Peer(1)]));
    }

    [Fact]
    public void Who_lost_interest_keeps_its_place_until_another_peer_needs_it()
    {
        var slots = new UploadSlots(1, _recorder);
        slots.Interested(Peer(1));
        slots.NotInterested(Peer(1));
        Assert.Equal([Peer(1)], _recorder.Unchoked);
        slots.Interested(Peer(2));
        Assert.Equal([Peer(2)], _recorder.Unchoked);
    }

    /// <summary>THREATS W12: flapping costs the one who flaps its turn.</summary>
    [Fact]
    public void Who_flaps_goes_to_the_end_of_the_queue()
    {
        var slots = new UploadSlots(1, _recorder);
        slots.Interested(Peer(1));
        slots.Interested(Peer(2));
        slots.Interested(Peer(3));
        slots.NotInterested(Peer(2));
        slots.Interested(Peer(2));
        slots.Left(Peer(1));
        Assert.Equal([Peer(3)], _recorder.Unchoked.Except([Peer(1)]));
    }

    [Fact]
    public void Fewer_places_choke_the_latest_and_more_places_bring_it_back_first()
    {
        var slots = new UploadSlots(3, _recorder);
        foreach (int i in Enumerable.Range(1, 4))
            slots.Interested(Peer(i));
        slots.Places = 1;
        Assert.Equal([Peer(1)], _recorder.Unchoked);
        slots.Places = 2;
        Assert.Equal([Peer(1), Peer(2)], _recorder.Unchoked);
    }

    private static ConnectionId Peer(int number) => new(number);

    private sealed class Recorder : IChokeTarget
    {
        public List<ConnectionId> Unchoked { get; } = [];

        public void Unchoke(ConnectionId peer)
        {
            Assert.DoesNotContain(peer, Unchoked);
            Unchoked.Add(peer);
        }

        public void Choke(ConnectionId peer) => Assert.True(Unchoked.Remove(peer));
    }
}
