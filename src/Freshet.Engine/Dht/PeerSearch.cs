namespace Freshet.Engine.Dht;

/// <summary>What a search for peers does beside.</summary>
public sealed record PeerSearch
{
    /// <summary>Only asks.</summary>
    public static PeerSearch Plain { get; } = new();

    /// <summary>The port on which we are a peer: the nodes nearest to the swarm are told at the end; null: they are not.</summary>
    public ushort? AnnouncePort { get; init; }

    /// <summary>The port that our datagrams come from is the one: for who is behind a router and takes peers over uTP there.</summary>
    public bool ImpliesPort { get; init; }

    /// <summary>We have the whole torrent (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>Only those who lack something are wanted (BEP 33).</summary>
    public bool WantsNoSeeds { get; init; }

    /// <summary>Counts seeds and others in place of asking for them (BEP 33).</summary>
    public bool Scrapes { get; init; }
}
