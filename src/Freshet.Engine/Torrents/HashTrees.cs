using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>The hash trees of a torrent with a v2 side (BEP 52): what is known of them, who is asked for the rest, and who is given what.</summary>
internal sealed class HashTrees
{
    public HashTrees(Torrent torrent, SessionContext session, PieceTrees trees)
    {
        Layers = new PieceLayers(trees, torrent.Metainfo.PieceLayers);
        Verifier = new MerkleVerifier(Layers);
        Asker = new HashAsker(torrent, session, this);
        Server = new HashServer(torrent, this);
    }

    public PieceLayers Layers { get; }

    /// <summary>Judges by what is known.</summary>
    public MerkleVerifier Verifier { get; }

    public HashAsker Asker { get; }

    public HashServer Server { get; }
}
