using Freshet.Abstractions;

namespace Freshet.Protocol.Wire;

/// <summary>A batch of events that is filled, handed on and emptied again; keeps its array, so that it allocates only while it grows.</summary>
public sealed class PeerEventBuffer : IPeerEventSink
{
    private PeerEvent[] _events = new PeerEvent[64];

    /// <summary>How many events there are.</summary>
    public int Count { get; private set; }

    /// <summary>The events in order; valid until the next call.</summary>
    public ReadOnlySpan<PeerEvent> Events => _events.AsSpan(0, Count);

    /// <inheritdoc/>
    public void Post(in PeerEvent peerEvent)
    {
        if (Count == _events.Length)
            Array.Resize(ref _events, Count * 2);
        _events[Count++] = peerEvent;
    }

    /// <summary>Forgets all events; whoever took their leases and payloads owns them.</summary>
    public void Clear()
    {
        // Rare payloads must not be kept alive by an idle batch.
        _events.AsSpan(0, Count).Clear();
        Count = 0;
    }
}
