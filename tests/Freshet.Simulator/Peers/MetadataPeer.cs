using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>A seeder that gives the info dictionary too (BEP 9), with a codec of its own; the villains change what they must.</summary>
public class MetadataPeer(SimWorld world, SimNetwork network, IPAddress address, SimContent content, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    private const byte OurNumber = 33;
    private byte _theirNumber;

    /// <summary>Pieces of the info dictionary that were asked for.</summary>
    public int MetadataRequests { get; private set; }

    /// <inheritdoc/>
    protected override bool SpeaksExtensions => true;

    /// <summary>The size of the info dictionary, as it says.</summary>
    protected virtual long SaidSize => Info.Length;

    /// <summary>The true info dictionary.</summary>
    protected ReadOnlyMemory<byte> Info => Content.Metainfo.InfoBytes;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        base.OnHandshake(connection);
        SendExtended(connection, 0, $"d1:md11:ut_metadatai{OurNumber}ee13:metadata_sizei{SaidSize}ee", default);
    }

    /// <inheritdoc/>
    protected override void OnExtended(ScriptedConnection connection, ReadOnlySpan<byte> payload)
    {
        string text = Encoding.Latin1.GetString(payload[1..]);
        if (payload[0] == 0 && text.IndexOf("11:ut_metadatai", StringComparison.Ordinal) is var at and >= 0)
            _theirNumber = (byte)Number(text, at + 15);
        else if (payload[0] == OurNumber && text.StartsWith("d8:msg_typei0e", StringComparison.Ordinal))
            Asked(connection, (int)Number(text, text.IndexOf("5:piecei", StringComparison.Ordinal) + 8));
    }

    /// <summary>A piece of the info dictionary is asked for.</summary>
    protected virtual void OnMetadataRequest(ScriptedConnection connection, int piece) => SendMetadata(connection, piece, TruePiece(piece));

    /// <summary>The true bytes of a piece of the info dictionary.</summary>
    protected byte[] TruePiece(int piece) => Info.Slice(piece * MetadataPieces.Length, MetadataPieces.LengthOf(Info.Length, piece)).ToArray();

    /// <summary>Sends a piece of the info dictionary.</summary>
    protected void SendMetadata(ScriptedConnection connection, int piece, ReadOnlySpan<byte> bytes)
        => SendExtended(connection, _theirNumber, $"d8:msg_typei1e5:piecei{piece}e10:total_sizei{SaidSize}ee", bytes);

    /// <summary>Declines to give a piece of the info dictionary.</summary>
    protected void RejectMetadata(ScriptedConnection connection, int piece) => SendExtended(connection, _theirNumber, $"d8:msg_typei2e5:piecei{piece}ee", default);

    private void Asked(ScriptedConnection connection, int piece)
    {
        MetadataRequests++;
        OnMetadataRequest(connection, piece);
    }

    private static long Number(string text, int at) => long.Parse(text[at..text.IndexOf('e', at)]);

    private static void SendExtended(ScriptedConnection connection, byte number, string head, ReadOnlySpan<byte> rest)
        => connection.Send(20, [number, .. Encoding.ASCII.GetBytes(head), .. rest]);
}
