namespace Freshet.Engine.Dht;

/// <summary>What a node of the DHT may do and keep. The defaults are those that the field has settled on.</summary>
public sealed record DhtSettings
{
    /// <summary>Answers nobody and says so (BEP 43): for who cannot be reached, or runs for a moment.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether nodes must have ids that fit their addresses (BEP 42) to be kept and to be stored at; this machine and local networks never must.</summary>
    public bool EnforcesNodeIds { get; init; } = true;

    /// <summary>Queries of one look-up that are waited for at the same time. Those that take longer than usual do not count.</summary>
    public int Alpha { get; init; } = 4;

    /// <summary>Bytes a second that go out in answers, so that nobody uses us against others (THREATS U1); 0: without limit.</summary>
    public int AnswerRate { get; init; } = 8000;

    /// <summary>Queries a second of one stranger, over ten seconds, before it is not heard for a while; 0: without limit.</summary>
    public int StrangerRate { get; init; } = 5;

    /// <summary>How long who asks too much is not heard.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Swarms whose peers are kept for others (THREATS U4).</summary>
    public int MaxSwarms { get; init; } = 2000;

    /// <summary>Peers kept of one swarm.</summary>
    public int MaxPeersOfSwarm { get; init; } = 500;

    /// <summary>Peers kept in all: 32 bytes each.</summary>
    public int MaxPeers { get; init; } = 20_000;

    /// <summary>Peers and items kept of one stranger: who wants to fill a store needs addresses for it.</summary>
    public int MaxOfStranger { get; init; } = 128;

    /// <summary>Items kept (BEP 44), some 1.2 kB each at most.</summary>
    public int MaxItems { get; init; } = 700;
}
