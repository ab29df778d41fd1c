using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Takes requests and answers none; what it sends for it is keep-alives, thousands a second, so that something of it always waits to be read.</summary>
public sealed class Chatterer(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    private const int BytesAtOnce = 20 * 1024;

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        // The request is dropped.
    }

    /// <inheritdoc/>
    protected override void OnInterested(ScriptedConnection connection)
    {
        base.OnInterested(connection);
        Chat(connection);
    }

    private void Chat(ScriptedConnection connection)
    {
        if (connection.IsClosed)
            return;
        connection.Raw(new byte[BytesAtOnce]);
        World.After(TimeSpan.FromSeconds(1), () => Chat(connection));
    }
}
