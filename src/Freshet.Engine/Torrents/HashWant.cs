using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>Hashes that a torrent wants of its peers: a run of a file's piece layer, or the leaves of one piece.</summary>
/// <param name="request">What to ask for.</param>
/// <param name="pieces">The pieces that it is about: whoever has one of them must be able to answer.</param>
/// <param name="isLeaves">Whether it is the leaves of one piece.</param>
internal sealed class HashWant(HashRequest request, Range pieces, bool isLeaves)
{
    // Who has declined, or not answered, and until when it is not asked again.
    private readonly Dictionary<ConnectionId, MonoTime> _passed = [];

    /// <summary>What a torrent lacks of its piece layers: one want for each run.</summary>
    public static IEnumerable<HashWant> OfLayers(PieceLayers layers, PieceLayout layout)
    {
        var seen = new HashSet<Sha256Hash>();
        foreach (FileEntry file in layout.Files)
        {
            if (file.PiecesRoot is not { } root || !layers.Trees.HasLayer(file) || !seen.Add(root))
                continue;
            int pieces = layers.Trees.PiecesIn(file);
            int first = layers.Trees.FirstPieceOf(file).Value;
            for (int run = 0; run * HashRequest.LayerLength < pieces; run++)
            {
                int from = run * HashRequest.LayerLength;
                if (!layers.HasRun(file, run))
                    yield return new HashWant(layers.Trees.LayerRequest(file, run), (first + from)..(first + Math.Min(pieces, from + HashRequest.LayerLength)), isLeaves: false);
            }
        }
    }

    public HashRequest Request => request;

    /// <summary>The first of the pieces.</summary>
    public PieceIndex First => new(pieces.Start.Value);

    public bool IsLeaves => isLeaves;

    /// <summary>Who was asked and has not answered; null: nobody.</summary>
    public ConnectionId? AskedOf { get; private set; }

    /// <summary>When whoever was asked has had its time.</summary>
    public MonoTime Due { get; private set; } = MonoTime.Never;

    /// <summary>How many were asked.</summary>
    public int Tries { get; private set; }

    public void Ask(ConnectionId peer, MonoTime due)
    {
        AskedOf = peer;
        Due = due;
        Tries++;
    }

    /// <summary>Whoever was asked will not answer, or nobody knows when.</summary>
    public void Pass(MonoTime until)
    {
        if (AskedOf is { } peer)
            _passed[peer] = until;
        AskedOf = null;
        Due = MonoTime.Never;
    }

    /// <summary>Whether a peer may be asked: it has one of the pieces, and has not declined of late.</summary>
    public bool MayAsk(PeerConnection peer, MonoTime now)
    {
        if (IsPassedOver(peer, now))
            return false;
        for (int piece = pieces.Start.Value; piece < pieces.End.Value; piece++)
        {
            if (peer.Torrent.Picker.PeerHas(peer.Id, new PieceIndex(piece)))
                return true;
        }

        return false;
    }

    /// <summary>Whether a peer has declined, or not answered, of late.</summary>
    public bool IsPassedOver(PeerConnection peer, MonoTime now) => _passed.TryGetValue(peer.Id, out MonoTime until) && now < until;
}
