using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Answers every request truly, but only after a long while.</summary>
public sealed class Dawdler(SimWorld world, SimNetwork network, IPAddress address, SimContent content, TimeSpan delay)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range) => World.After(delay, () =>
    {
        if (connection.IsAsked(range))
            base.OnRequest(connection, range);
    });
}
