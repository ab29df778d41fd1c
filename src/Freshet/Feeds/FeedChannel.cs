using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Protocol.Dht;
using Freshet.Sessions;

namespace Freshet.Feeds;

/// <summary>A feed's item: got from the DHT and put there, and what the state remembers of it. Any thread may call.</summary>
internal sealed class FeedChannel
{
    private readonly SessionHost _host;
    private readonly DhtQuestions _dht;
    private readonly FeedLink _link;
    private readonly Lock _gate = new();
    private FeedRecord _record;

    /// <summary>Reads what the state knows. May block.</summary>
    /// <param name="host">The session.</param>
    /// <param name="link">The feed.</param>
    /// <param name="directory">The folder that follows it; empty: here it is published.</param>
    /// <exception cref="FreshetException">The session takes no part in the DHT, or this machine can check no signatures.</exception>
    public FeedChannel(SessionHost host, FeedLink link, string directory)
    {
        _host = host;
        _link = link;
        _dht = host.Dht ?? throw new FreshetException(FreshetError.Usage, "A feed lives in the DHT, and this session takes no part in it.");
        IEd25519 signatures = DhtQuestions.Signatures;
        Target = new InfoHash(new Sha1Hash(DhtItem.TargetOf(link.PublicKey.Span, link.Salt.Span).Bytes));
        FeedRecord? known = Load(directory);

        // What the disk has altered is as good as nothing.
        _record = known is not null && DhtItem.IsSigned(link.PublicKey.Span, link.Salt.Span, known.Sequence, known.Value.Span, known.Signature.Span, signatures)
            ? known
            : new FeedRecord { Target = Target, Directory = directory };
    }

    /// <summary>Where the item is kept.</summary>
    public InfoHash Target { get; }

    /// <summary>What is known of the feed.</summary>
    public FeedRecord Record
    {
        get
        {
            lock (_gate)
                return _record;
        }
    }

    /// <summary>The newest item that is known, as it was signed; null: none is.</summary>
    public DhtItem? Known => Record is { Signature.IsEmpty: false } record
        ? new DhtItem { Key = _link.PublicKey, Salt = _link.Salt, Sequence = record.Sequence, Value = record.Value, Signature = record.Signature }
        : null;

    /// <summary>Looks for the newest item in the DHT.</summary>
    /// <returns>The item, if there is one, and whether anybody has answered at all.</returns>
    public async Task<(DhtItem? Item, bool IsAnswered)> LookAsync(CancellationToken cancellationToken)
    {
        DhtOperation look = (await _dht.GetAsync(_link.PublicKey, _link.Salt, cancellationToken).ConfigureAwait(false)).Operation;
        return (look.Item, look.Answered > 0);
    }

    /// <summary>Tells the DHT that this session seeds a swarm: who finds the item finds somebody to ask then, and need not look again later.</summary>
    /// <returns>Whether anybody has heard it.</returns>
    public async Task<bool> AnnounceAsync(InfoHash swarm, CancellationToken cancellationToken)
    {
        var search = new PeerSearch { AnnouncePort = (ushort?)_host.ListenPort, IsSeed = true };
        DhtOperation announce = (await _dht.RunAsync((all, run, now) => all.FindPeers(swarm, search, run, now), cancellationToken).ConfigureAwait(false)).Operation;
        return search.AnnouncePort is null ? announce.Answered > 0 : announce.Stored > 0;
    }

    /// <summary>Puts an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="expected">The number that nodes must have so far; null: any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DhtOperation> PutAsync(DhtItem item, long? expected, CancellationToken cancellationToken)
        => (await _dht.PutAsync(item, expected, cancellationToken).ConfigureAwait(false)).Operation;

    /// <summary>Takes an item as the newest.</summary>
    public void Take(DhtItem item) => Change(record => record with { Sequence = item.Sequence, Value = item.Value, Signature = item.Signature });

    /// <summary>Changes what is known, and has the state keep it. May block.</summary>
    public void Change(Func<FeedRecord, FeedRecord> change)
    {
        lock (_gate)
        {
            _record = change(_record);
            try
            {
                _host.Store.Save(_record);
            }
            catch (Exception error)
            {
                // Whatever a store throws: after the next start what is on disk is looked at again.
                _host.Logger.StateStoreWarning($"What is known of a feed is not remembered: {error.Message}");
            }
        }
    }

    private FeedRecord? Load(string directory)
    {
        try
        {
            return _host.Store.LoadFeed(Target, directory);
        }
        catch (Exception error)
        {
            _host.Logger.StateStoreWarning($"What is known of a feed cannot be read: {error.Message}");
            return null;
        }
    }
}
