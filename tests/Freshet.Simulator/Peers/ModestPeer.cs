using System.Net;
using System.Text;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>An honest seeder that queues only a few requests and says so (<c>reqq</c> of BEP 10).</summary>
public sealed class ModestPeer(SimWorld world, SimNetwork network, IPAddress address, SimContent content, int requests, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override bool SpeaksExtensions => true;

    /// <inheritdoc/>
    protected override int RequestLimit => requests;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        base.OnHandshake(connection);
        connection.Send(20, [0, .. Encoding.ASCII.GetBytes($"d1:mde4:reqqi{requests}ee")]);
    }
}
