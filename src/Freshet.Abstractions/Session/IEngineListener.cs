using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>Hears what the engine tells the outside, on the loop's thread: neither blocks nor throws.</summary>
public interface IEngineListener
{
    /// <summary>Something happened that people, logs or programs may want to know.</summary>
    void Notice(EngineNotice notice);

    /// <summary>A piece is right and written. No notice: where pieces are small it comes as often as blocks do, and nothing on their path allocates.</summary>
    void PieceDone(TorrentId torrent, PieceIndex piece);
}
