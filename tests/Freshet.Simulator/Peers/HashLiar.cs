using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Gives true blocks, and for hashes one of: some that lead nowhere, a reject, or nothing at all.</summary>
public sealed class HashLiar(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    /// <summary>Wrong hashes sent.</summary>
    public int Lies { get; private set; }

    /// <inheritdoc/>
    protected override void OnHashRequest(ScriptedConnection connection, HashRequest request)
    {
        switch (Random.Next(3))
        {
            case 0:
                byte[] hashes = Content.HashesOf(request);
                hashes[Random.Next(hashes.Length)] ^= 0x10;
                Lies++;
                SendHashes(connection, request, hashes);
                break;
            case 1:
                byte[] payload = new byte[HashRequest.EncodedLength];
                request.Write(payload);
                connection.Send(23, payload);
                break;
        }
    }
}
