using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Asking;

/// <summary>What a query of ours says beside who we are.</summary>
internal readonly ref struct QueryContent
{
    public required KrpcMethod Method { get; init; }

    public NodeId? Target { get; init; }

    public KrpcWant Want { get; init; }

    public bool WantsNoSeeds { get; init; }

    public bool WantsScrape { get; init; }

    public ReadOnlySpan<byte> Token { get; init; }

    public ushort Port { get; init; }

    public bool ImpliesPort { get; init; }

    public bool IsSeed { get; init; }

    /// <summary>The item that is put.</summary>
    public DhtItem? Item { get; init; }

    /// <summary>The number of the item that we have already.</summary>
    public long? KnownSequence { get; init; }

    public long? Cas { get; init; }
}
