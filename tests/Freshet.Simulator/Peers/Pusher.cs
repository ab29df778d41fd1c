using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Sends true blocks that nobody asked it for, again and again, and answers no request.</summary>
public sealed class Pusher(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        base.OnHandshake(connection);
        Push(connection);
    }

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
    }

    private void Push(ScriptedConnection connection) => World.After(TimeSpan.FromMilliseconds(20), () =>
    {
        if (connection.IsClosed)
            return;
        var piece = new PieceIndex(Random.Next(Content.Layout.PieceCount));
        BlockRange block = Content.Layout.Block(piece, Random.Next(Content.Layout.BlocksIn(piece)));
        if (!connection.IsAsked(block))
            SendBlock(connection, block, Content.Truth(block));
        Push(connection);
    });
}
