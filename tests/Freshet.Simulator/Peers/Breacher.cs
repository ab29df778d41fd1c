using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Serves truly for a while, then changes its interest to and fro far too often and sends a block in the same breath.</summary>
public sealed class Breacher(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    private const int Changes = 300;
    private int _left = 1 + world.Random.Next(20);

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        if (--_left == 0)
        {
            for (int i = 0; i < Changes; i++)
                connection.Send((byte)(2 + (i % 2)));
        }

        base.OnRequest(connection, range);
    }
}
