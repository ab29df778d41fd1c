using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Gives pieces of the info dictionary some of which are wrong.</summary>
public sealed class MetadataLiar(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : MetadataPeer(world, network, address, content, link)
{
    /// <summary>Wrong pieces sent.</summary>
    public int Lies { get; private set; }

    /// <inheritdoc/>
    protected override void OnMetadataRequest(ScriptedConnection connection, int piece)
    {
        byte[] bytes = TruePiece(piece);

        // At least one piece of all is wrong, always the same one.
        if (piece == Endpoint.Address.GetAddressBytes()[^2] % MetadataPieces.CountOf(Info.Length))
        {
            bytes[Random.Next(bytes.Length)] ^= 0x40;
            Lies++;
        }

        SendMetadata(connection, piece, bytes);
    }
}

/// <summary>Says that the info dictionary has another size than it has, and gives noise of that size.</summary>
public sealed class SizeLiar(SimWorld world, SimNetwork network, IPAddress address, SimContent content, long size, SimLinkSettings? link = null)
    : MetadataPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override long SaidSize => size;

    /// <inheritdoc/>
    protected override void OnMetadataRequest(ScriptedConnection connection, int piece)
        => SendMetadata(connection, piece, new byte[MetadataPieces.LengthOf((int)size, piece)]);
}

/// <summary>Gives a few true pieces of the info dictionary, then none, and says nothing.</summary>
public sealed class MetadataStaller(SimWorld world, SimNetwork network, IPAddress address, SimContent content, int gives, SimLinkSettings? link = null)
    : MetadataPeer(world, network, address, content, link)
{
    private int _left = gives;

    /// <inheritdoc/>
    protected override void OnMetadataRequest(ScriptedConnection connection, int piece)
    {
        if (_left-- > 0)
            SendMetadata(connection, piece, TruePiece(piece));
    }
}

/// <summary>Says that it has the info dictionary, and declines to give any of it.</summary>
public sealed class MetadataMiser(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : MetadataPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override void OnMetadataRequest(ScriptedConnection connection, int piece) => RejectMetadata(connection, piece);
}
