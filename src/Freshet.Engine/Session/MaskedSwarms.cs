using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Torrents;
using Freshet.Protocol.Encryption;

namespace Freshet.Engine.Session;

/// <summary>
/// Torrents by the hash under which message stream encryption names them, so that a connection finds its torrent by one look, among 100,000 as among one.
/// </summary>
internal sealed class MaskedSwarms
{
    // Only ever looked up by key, never enumerated: their order decides nothing.
    private readonly Dictionary<Sha1Hash, Torrent> _torrents = [];

    public void Add(Torrent torrent)
    {
        foreach (InfoHash swarm in torrent.Hashes.Swarms)
            _torrents[MseHashes.Masked(swarm)] = torrent;
    }

    public void Remove(Torrent torrent)
    {
        foreach (InfoHash swarm in torrent.Hashes.Swarms)
            _torrents.Remove(MseHashes.Masked(swarm));
    }

    /// <summary>Answers <see cref="PeerEventKind.Masked"/>.</summary>
    public PeerCommand Answer(in PeerEvent masked, EncryptionUse use)
    {
        var name = (Sha1Hash)masked.Payload!;
        if (use == EncryptionUse.Off)
            return new PeerCommand(PeerCommandKind.Close, masked.Connection) { Reason = DisconnectReason.Encryption };
        if (!_torrents.TryGetValue(name, out Torrent? torrent))
            return new PeerCommand(PeerCommandKind.Close, masked.Connection) { Reason = DisconnectReason.UnknownTorrent };
        InfoHash swarm = torrent.Hashes.Swarms.First(swarm => MseHashes.Masked(swarm) == name);
        MsePayload accepts = use == EncryptionUse.Require ? MsePayload.Rc4 : MsePayload.Rc4 | MsePayload.Plain;
        return new PeerCommand(PeerCommandKind.Unmask, masked.Connection) { Payload = new Unmasking(swarm, accepts) };
    }
}
