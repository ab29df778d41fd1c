using System.Net;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Has everything, never unchokes anybody, and says a word now and then, so that it is not taken for dead.</summary>
public sealed class Miser(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    private static readonly TimeSpan Word = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        base.OnHandshake(connection);
        Speak(connection);
    }

    /// <inheritdoc/>
    protected override void OnInterested(ScriptedConnection connection)
    {
        // As long as it likes.
    }

    private void Speak(ScriptedConnection connection) => World.After(Word, () =>
    {
        if (connection.IsClosed)
            return;
        connection.Send(4, [0, 0, 0, 0]);
        Speak(connection);
    });
}
