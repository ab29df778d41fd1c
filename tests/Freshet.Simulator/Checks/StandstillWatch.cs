using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Statistics;
using Freshet.Simulator.Nodes;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Checks;

/// <summary>
/// Fails where a download stands still although a connected peer that answers has what is missing and does not choke us (or would not if we were
/// interested).
/// </summary>
internal sealed class StandstillWatch(SimSwarm swarm, SimNode node)
{
    // The longest time that a request may be waited for (60 s), and then another peer must be asked.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private readonly Dictionary<TorrentId, (long Figure, MonoTime Since)> _progress = [];

    public void Look()
    {
        foreach ((TorrentId id, SimContent content) in node.Contents)
        {
            if (node.Find(id) is not { State: TorrentState.Downloading } status || !CouldGoOn(id, content))
            {
                _progress.Remove(id);
                continue;
            }

            long figure = status.Downloaded + status.PiecesDone;
            if (!_progress.TryGetValue(id, out (long Figure, MonoTime Since) last) || last.Figure != figure)
                _progress[id] = (figure, swarm.World.Now);
            else if (swarm.World.Now - last.Since > Patience)
                throw new SimulationException(swarm.World, $"{node.Address} stands still since {last.Since}: {status.PiecesDone} of {status.PiecesWanted} pieces, {Describe(id)}");
        }
    }

    private bool CouldGoOn(TorrentId id, SimContent content)
    {
        Bitfield missing = node.Wanted(id).Clone();
        Bitfield done = node.Pieces(id);
        for (int i = missing.NextSet(0); i >= 0; i = missing.NextSet(i + 1))
        {
            if (done[i])
                missing[i] = false;
        }

        return node.Peers(id).Any(peer => (!peer.IsChokingUs || !peer.AreWeInterested)
            && swarm.Network.IsOffered(node.Address, peer.Endpoint.Address, content.Metainfo.Hashes, missing));
    }

    private string Describe(TorrentId id)
        => string.Join("; ", node.Peers(id).Select(static (PeerSnapshot peer)
            => $"{peer.Endpoint} choking {peer.IsChokingUs} interested {peer.AreWeInterested} snubbed {peer.IsSnubbed} asked {peer.OutstandingRequests}"));
}
