using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Checks;

/// <summary>
/// Reads what a node sends on one connection, as it stands on the wire: behind a CHOKE no block but of allowed-fast pieces, and each block and each
/// reject the answer to one request, once.
/// </summary>
internal sealed class UploadCheck(SimWorld world, string connection)
{
    private const int HandshakeLength = 68;

    /// <summary>Length, id, piece, offset and a reject's length: all that is looked at of a message.</summary>
    private const int LookedAt = 17;

    private readonly Dictionary<BlockRange, int> _asked = [];
    private readonly HashSet<int> _allowedFast = [];
    private readonly byte[] _start = new byte[LookedAt];
    private int _skip = HandshakeLength;
    private int _have;
    private bool _isChoked = true;

    /// <summary>The link told of something.</summary>
    public void Happened(in PeerEvent happened)
    {
        if (happened.Kind == PeerEventKind.Request)
            _asked[happened.Range] = _asked.GetValueOrDefault(happened.Range) + 1;
    }

    /// <summary>These bytes go out next.</summary>
    public void Sent(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _skip);
            if (count > 0)
            {
                _skip -= count;
                bytes = bytes[count..];
                continue;
            }

            int wanted = _have < sizeof(int) ? sizeof(int) : Math.Min(LookedAt, sizeof(int) + MessageLength);
            count = Math.Min(bytes.Length, wanted - _have);
            bytes[..count].CopyTo(_start.AsSpan(_have));
            _have += count;
            bytes = bytes[count..];
            if (_have < sizeof(int) || _have < Math.Min(LookedAt, sizeof(int) + MessageLength))
                continue;
            Look();
            _skip = sizeof(int) + MessageLength - _have;
            _have = 0;
        }
    }

    private int MessageLength => BinaryPrimitives.ReadInt32BigEndian(_start);

    private int Number(int index) => BinaryPrimitives.ReadInt32BigEndian(_start.AsSpan(5 + (4 * index)));

    private void Look()
    {
        if (MessageLength == 0)
            return;
        switch (_start[4])
        {
            case 0:
                _isChoked = true;
                break;
            case 1:
                _isChoked = false;
                break;
            case 7:
                if (_isChoked && !_allowedFast.Contains(Number(0)))
                    throw new SimulationException(world, $"{connection} sent a block of piece {Number(0)} behind its CHOKE");
                Answered(new BlockRange(new PieceIndex(Number(0)), Number(1), MessageLength - 9));
                break;
            case 16:
                Answered(new BlockRange(new PieceIndex(Number(0)), Number(1), Number(2)));
                break;
            case 17:
                _allowedFast.Add(Number(0));
                break;
        }
    }

    private void Answered(BlockRange range)
    {
        int left = _asked.GetValueOrDefault(range) - 1;
        if (left < 0)
            throw new SimulationException(world, $"{connection} answered {range}, which was not asked for, or answered before");
        if (left == 0)
            _asked.Remove(range);
        else
            _asked[range] = left;
    }
}
