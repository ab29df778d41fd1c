using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Loses pieces and gets them back all the time, and says so (BEP 54); serves what it has at the moment and rejects the rest.</summary>
public sealed class Wobbler : ScriptedPeer
{
    private static readonly byte[] DontHaveName = Encoding.ASCII.GetBytes("11:lt_donthavei");
    private readonly Bitfield _pieces;
    private readonly TimeSpan _every;

    /// <summary>Puts one at an address; it changes its mind in the rhythm given.</summary>
    public Wobbler(SimWorld world, SimNetwork network, IPAddress address, SimContent content, TimeSpan every, SimLinkSettings? link = null)
        : base(world, network, address, content, link)
    {
        _every = every;
        _pieces = new Bitfield(content.Layout.PieceCount);
        _pieces.SetAll();
    }

    /// <summary>Pieces that it lost so far.</summary>
    public int Losses { get; private set; }

    /// <inheritdoc/>
    protected override bool SpeaksExtensions => true;

    /// <inheritdoc/>
    protected override Bitfield Pieces() => _pieces.Clone();

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        if (_pieces[range.Piece])
            base.OnRequest(connection, range);
        else
            SendReject(connection, range);
    }

    /// <inheritdoc/>
    protected override void OnExtended(ScriptedConnection connection, ReadOnlySpan<byte> payload)
    {
        int name = payload.IndexOf(DontHaveName);
        if (payload[0] == 0 && name >= 0)
            Wobble(connection, (byte)(payload[name + DontHaveName.Length] - '0'));
    }

    private void Wobble(ScriptedConnection connection, byte number) => World.After(_every, () =>
    {
        if (connection.IsClosed)
            return;
        var piece = new PieceIndex(Random.Next(Content.Layout.PieceCount));
        _pieces[piece] = !_pieces[piece];
        if (_pieces[piece])
        {
            connection.Send(4, piece);
        }
        else
        {
            Losses++;
            byte[] payload = new byte[5];
            payload[0] = number;
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(1), piece.Value);
            connection.Send(20, payload);
        }

        Wobble(connection, number);
    });
}
