using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Choking;

/// <summary>What <see cref="PieceSpread"/> sees of a swarm.</summary>
public interface ISwarmView
{
    /// <summary>How many connected peers have a piece.</summary>
    int AvailabilityOf(PieceIndex piece);

    /// <summary>Whether a connected peer has a piece.</summary>
    bool PeerHas(ConnectionId peer, PieceIndex piece);
}
