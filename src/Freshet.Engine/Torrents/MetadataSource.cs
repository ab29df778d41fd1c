using Freshet.Core;
using Freshet.Engine.Metadata;

namespace Freshet.Engine.Torrents;

/// <summary>A peer that says it has the metadata, and what it was asked for: state, no policy.</summary>
internal sealed class MetadataSource(PeerConnection peer, MetadataSizeGroup group, MonoTime now)
{
    public PeerConnection Peer => peer;

    /// <summary>Those who say the same size.</summary>
    public MetadataSizeGroup Group => group;

    /// <summary>The attempt that its pieces go to; null where it has none.</summary>
    public MetadataDraft? Draft { get; set; }

    /// <summary>What it was asked for and has not answered, and since when.</summary>
    public List<(int Piece, MonoTime Since)> Asked { get; } = [];

    /// <summary>When a piece came, or the first request after a pause went out.</summary>
    public MonoTime WaitingSince { get; set; } = now;

    /// <summary>Until when it is asked for nothing.</summary>
    public MonoTime RestsUntil { get; set; } = MonoTime.Zero;

    /// <summary>Pieces that it has given.</summary>
    public int Given { get; set; }

    /// <summary>Requests that it has declined since it gave something.</summary>
    public int Declined { get; set; }

    /// <summary>How many pieces it is asked for at once.</summary>
    public int Window { get; set; } = MetadataFetch.LargestWindow;

    public bool Rests(MonoTime now) => RestsUntil > now;

    /// <summary>Forgets a request.</summary>
    /// <returns>Whether it was asked for.</returns>
    public bool Remove(int piece)
    {
        int index = Asked.FindIndex(asked => asked.Piece == piece);
        if (index < 0)
            return false;
        Asked.RemoveAt(index);
        return true;
    }
}

/// <summary>The peers that say one size of the metadata: they fetch together, until what came of that is wrong; then each by itself.</summary>
internal sealed class MetadataSizeGroup(int size)
{
    public int Size => size;

    /// <summary>How many say it.</summary>
    public int Votes { get; set; }

    /// <summary>What all of them give to; null where it has not begun, or each fetches by itself.</summary>
    public MetadataDraft? Shared { get; set; }

    /// <summary>What they gave together and was wrong; null: nothing yet.</summary>
    public FailedMetadata? Failed { get; set; }
}
