using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Choking;

namespace Freshet.Engine.Tests.Choking;

/// <summary>A choker whose peers give and take what a test says, on a clock that the test moves.</summary>
internal sealed class ChokerRig : IChokeTarget
{
    private readonly Dictionary<ConnectionId, ChokeFigures> _figures = [];

    public ChokerRig(int? slots, IChokeRule? rule = null) => Choker = new Choker(slots, rule ?? new TitForTat(), this);

    public Choker Choker { get; }

    public MonoTime Now { get; private set; } = new(1_000_000_000_000);

    /// <summary>Who is unchoked, first the one that has been for longest.</summary>
    public List<ConnectionId> Unchoked { get; } = [];

    /// <summary>How often anyone was choked or unchoked.</summary>
    public int Changes { get; private set; }

    public static ConnectionId Peer(int number) => new(number);

    public void Interested(params int[] peers)
    {
        foreach (int peer in peers)
            Choker.Interested(Peer(peer), Now);
    }

    public void NotInterested(int peer) => Choker.NotInterested(Peer(peer), Now);

    public void Left(int peer)
    {
        Unchoked.Remove(Peer(peer));
        Choker.Left(Peer(peer), Now);
    }

    public void Set(int peer, Func<ChokeFigures, ChokeFigures> change)
        => _figures[Peer(peer)] = change(_figures.GetValueOrDefault(Peer(peer)));

    public void Receive(int peer, long bytes) => Set(peer, figures => figures with { Received = figures.Received + bytes });

    public void Send(int peer, long bytes) => Set(peer, figures => figures with { Sent = figures.Sent + bytes });

    public bool IsUnchoked(int peer) => Unchoked.Contains(Peer(peer));

    public void Wait(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    /// <summary>Lets rounds go by, before the end of each of which something happens.</summary>
    public void Rounds(int count, Action? during = null)
    {
        for (int i = 0; i < count; i++)
        {
            during?.Invoke();
            Assert.False(Choker.NextRechoke.IsNever);
            Now = Choker.NextRechoke;
            Choker.Rechoke(Now);
        }
    }

    void IChokeTarget.Unchoke(ConnectionId peer, MonoTime now)
    {
        Assert.DoesNotContain(peer, Unchoked);
        Unchoked.Add(peer);
        Changes++;
    }

    void IChokeTarget.Choke(ConnectionId peer, MonoTime now)
    {
        Assert.True(Unchoked.Remove(peer), "only who is unchoked is choked");
        Changes++;
    }

    ChokeFigures IChokeTarget.Measure(ConnectionId peer, MonoTime now) => _figures.GetValueOrDefault(peer);
}
