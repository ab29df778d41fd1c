using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>
/// Has nothing, and lies in peer exchange (BEP 11): once a minute, as an honest peer would, it names as many addresses as a message holds, made up by the scenario.
/// </summary>
public sealed class GossipLiar(SimWorld world, SimNetwork network, IPAddress address, SimContent content, Func<SeededRandom, IPEndPoint> lie, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    private const int PeersAtOnce = 50;

    /// <summary>Addresses named so far.</summary>
    public int Lies { get; private set; }

    /// <inheritdoc/>
    protected override bool SpeaksExtensions => true;

    /// <inheritdoc/>
    protected override Bitfield Pieces() => new(Content.Layout.PieceCount);

    /// <inheritdoc/>
    protected override void OnExtended(ScriptedConnection connection, ReadOnlySpan<byte> payload)
    {
        if (payload[0] == 0 && payload.IndexOf("6:ut_pexi1e"u8) >= 0)
            Tell(connection);
    }

    private void Tell(ScriptedConnection connection)
    {
        if (connection.IsClosed)
            return;
        byte[] peers = new byte[PeersAtOnce * 6];
        for (int i = 0; i < PeersAtOnce; i++)
        {
            IPEndPoint lied = lie(Random);
            lied.Address.TryWriteBytes(peers.AsSpan(i * 6), out _);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(peers.AsSpan((i * 6) + 4), (ushort)lied.Port);
        }

        Lies += PeersAtOnce;
        connection.Send(20, [1, .. Encoding.ASCII.GetBytes($"d5:added{peers.Length}:"), .. peers, (byte)'e']);
        World.After(TimeSpan.FromMinutes(1), () => Tell(connection));
    }
}
