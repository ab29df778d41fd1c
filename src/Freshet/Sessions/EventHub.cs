using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Freshet.Sessions;

/// <summary>Hands events to whoever listens, each through a bounded queue of its own: a slow reader loses its oldest events, and nobody waits for it.</summary>
internal sealed class EventHub(TimeProvider time)
{
    /// <summary>Events that wait for a reader: several seconds of a busy session, under a megabyte.</summary>
    private const int QueueLength = 4096;

    private readonly Lock _gate = new();
    private Reader[] _readers = [];
    private bool _ended;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Whether anybody listens to the frequent events; where not, they need not be made.</summary>
    public bool WantsAll => Array.Exists(Volatile.Read(ref _readers), static reader => reader.Detail == EventDetail.All);

    public void Publish(TorrentEvent happened)
    {
        bool isFrequent = happened is PieceCompleted or PeerConnected or PeerDisconnected;
        foreach (Reader reader in Volatile.Read(ref _readers))
        {
            if (!isFrequent || reader.Detail == EventDetail.All)
                reader.Queue.Writer.TryWrite(happened);
        }
    }

    /// <summary>Ends every reader once it has read what is there.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (Reader reader in _readers)
                reader.Queue.Writer.TryComplete();
            Volatile.Write(ref _readers, []);
        }
    }

    /// <summary>Events from this call on (not from the first step of the enumeration).</summary>
    public IAsyncEnumerable<TorrentEvent> SubscribeAsync(EventDetail detail, CancellationToken cancellationToken)
    {
        var reader = new Reader(detail);
        lock (_gate)
        {
            if (_ended)
                reader.Queue.Writer.TryComplete();
            else
                Volatile.Write(ref _readers, [.. _readers, reader]);
        }

        return ReadAsync(reader, cancellationToken);
    }

    private async IAsyncEnumerable<TorrentEvent> ReadAsync(Reader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (TorrentEvent happened in reader.Queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                long dropped = Interlocked.Exchange(ref reader.Dropped, 0);
                if (dropped > 0)
                    yield return new EventsDropped(Now, dropped);
                yield return happened;
            }
        }
        finally
        {
            lock (_gate)
                Volatile.Write(ref _readers, [.. _readers.Where(other => other != reader)]);
        }
    }

    private sealed class Reader
    {
        public long Dropped;

        public Reader(EventDetail detail)
        {
            Detail = detail;
            Queue = Channel.CreateBounded<TorrentEvent>(
                new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Interlocked.Increment(ref Dropped));
        }

        public EventDetail Detail { get; }

        public Channel<TorrentEvent> Queue { get; }
    }
}
