using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Has everything, unchokes, and rejects every request (BEP 6).</summary>
public sealed class Rejecter(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <summary>Requests that were rejected.</summary>
    public int Rejected { get; private set; }

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override bool SpeaksExtensions => true;

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        Rejected++;
        SendReject(connection, range);
    }
}
