using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>
/// Begins with nothing, takes nothing, and says all the time that it has got another piece; unchokes everybody and never answers a request. It looks like a
/// leecher that is doing well and is worth serving.
/// </summary>
public sealed class Pretender(SimWorld world, SimNetwork network, IPAddress address, SimContent content, TimeSpan every, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    private readonly Bitfield _claimed = new(content.Layout.PieceCount);

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override Bitfield Pieces() => new(Content.Layout.PieceCount);

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        base.OnHandshake(connection);
        connection.Send(2);
        connection.Send(1);
        Claim(connection);
    }

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        // It has nothing to give.
    }

    private void Claim(ScriptedConnection connection) => World.After(every, () =>
    {
        int next = _claimed.NextClear(0);
        if (connection.IsClosed || next < 0)
            return;
        int piece = Random.Next(Content.Layout.PieceCount);
        piece = _claimed[piece] ? next : piece;
        _claimed[piece] = true;
        connection.Send(4, new PieceIndex(piece));
        Claim(connection);
    });
}
