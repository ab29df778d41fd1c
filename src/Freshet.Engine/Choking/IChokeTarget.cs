using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>Carries out what a choker decides, and tells it what it goes by.</summary>
public interface IChokeTarget
{
    /// <summary>Lets a peer download from us.</summary>
    void Unchoke(ConnectionId peer, MonoTime now);

    /// <summary>Lets it no more.</summary>
    void Choke(ConnectionId peer, MonoTime now);

    /// <summary>What has passed between a peer and us.</summary>
    ChokeFigures Measure(ConnectionId peer, MonoTime now);
}

/// <summary>What a choker sees of a peer.</summary>
/// <param name="Received">Payload bytes that ever came from it.</param>
/// <param name="Sent">Payload bytes that ever went to it.</param>
public readonly record struct ChokeFigures(long Received, long Sent)
{
    /// <summary>We wait for blocks that we asked of it, and none has come for a minute.</summary>
    public bool IsSnubbing { get; init; }

    /// <summary>It downloads nothing more (BEP 21), so that nothing is to be gained by giving to it.</summary>
    public bool IsUploadOnly { get; init; }
}
