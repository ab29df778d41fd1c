using System.Net;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Dials a node again and again, says a few bytes and hangs up at once: whatever the node keeps ready to read from it is for nobody.</summary>
public sealed class HangerUp(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <summary>Dials so often, on and on.</summary>
    public void Pester(IPEndPoint target, TimeSpan every)
    {
        Dial(target);
        World.After(every, () => Pester(target, every));
    }

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        connection.Raw(new byte[4]);
        connection.Close();
    }
}
