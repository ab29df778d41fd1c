using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Answers every request with a block of another length than was asked for.</summary>
public sealed class WrongLengthSender(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <summary>Blocks sent.</summary>
    public int Sent { get; private set; }

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        Sent++;
        int length = Random.Next(2 * BlockRange.BlockLength);
        SendBlock(connection, range, new byte[length == range.Length ? length + 1 : length]);
    }
}
