using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Microbench.Picking;

/// <summary>
/// What each event of a swarm of two hundred costs the picker: one in ten has everything, the others each half of it. Beside them what a picker without an order would do
/// for each piece that it begins: look at the availability of all.
/// </summary>
public class PickerBenchmarks
{
    private const int Peers = 200;
    private const int Blocks = 1024;
    private const int PieceLength = 256 * 1024;
    private static readonly ConnectionId Newcomer = new(2 * Peers);

    private readonly BlockRange[] _picked = new BlockRange[16];
    private readonly ConnectionId[] _all = [.. Enumerable.Range(0, Peers).Select(i => new ConnectionId(2 * i))];
    private readonly SeededRandom _random = new(3);
    private PiecePicker _picker = new(SampleTorrents.Layout(1, PieceLength), new SeededRandom(1));
    private Bitfield _half = new(0);
    private ushort[] _availability = [];
    private int _next;

    [Params(10_000, 1_000_000)]
    public int Pieces { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _picker = new PiecePicker(SampleTorrents.Layout(Pieces, PieceLength), new SeededRandom(1));
        for (int i = 0; i < Peers; i++)
        {
            _picker.AddPeer(_all[i]);
            if (i % 10 == 0)
                _picker.SetHaveAll(_all[i]);
            else
                _picker.SetHave(_all[i], Half());
        }

        for (int i = 0; i < 4; i++)
            _picker.MarkHave(new PieceIndex(i));
        _half = Half();
        _availability = [.. Enumerable.Range(0, Pieces).Select(piece => (ushort)_picker.AvailabilityOf(new PieceIndex(piece)))];
    }

    [Benchmark(Baseline = true)]
    public int ScanOfAllPieces()
    {
        int best = 0;
        for (int piece = 0; piece < _availability.Length; piece++)
        {
            if (_availability[piece] < _availability[best])
                best = piece;
        }

        return best;
    }

    /// <summary>A block asked for and received; whole pieces begin anew.</summary>
    [Benchmark(OperationsPerInvoke = Blocks)]
    public void PickAndReceive()
    {
        for (int done = 0; done < Blocks;)
        {
            ConnectionId peer = _all[_next++ % Peers];
            int count = _picker.Pick(new PickRequest(peer) { BytesPerSecond = 1 << 20, PrefersWholePieces = true }, _picked);
            for (int i = 0; i < count; i++)
            {
                if (_picker.MarkReceived(_picked[i], peer).PieceIsWhole)
                    _picker.DropPiece(_picked[i].Piece);
            }

            done += Math.Max(1, count);
        }
    }

    /// <summary>A piece that nobody has to fetch any more, and its loss.</summary>
    [Benchmark]
    public void PieceComesAndGoes()
    {
        var piece = new PieceIndex(4 + _random.Next(Pieces - 4));
        _picker.MarkHave(piece);
        _picker.Unhave(piece);
    }

    /// <summary>A HAVE of a piece that the peer lacked, or word that it lost it.</summary>
    [Benchmark]
    public void HaveOrDontHave()
    {
        ConnectionId peer = _all[1];
        var piece = new PieceIndex(_random.Next(Pieces));
        if (!_picker.AddHave(peer, piece))
            _picker.RemoveHave(peer, piece);
    }

    /// <summary>A peer with half of the pieces.</summary>
    [Benchmark]
    public void PeerJoinsAndLeaves()
    {
        _picker.AddPeer(Newcomer);
        _picker.SetHave(Newcomer, _half);
        _picker.RemovePeer(Newcomer);
    }

    [Benchmark]
    public void SeederJoinsAndLeaves()
    {
        _picker.AddPeer(Newcomer);
        _picker.SetHaveAll(Newcomer);
        _picker.RemovePeer(Newcomer);
    }

    private Bitfield Half()
    {
        byte[] bytes = new byte[(Pieces + 7) / 8];
        _random.NextBytes(bytes);
        if (Pieces % 8 != 0)
            bytes[^1] &= (byte)(0xFF << (8 - (Pieces % 8)));
        return Bitfield.TryParse(bytes, Pieces, out Bitfield? half) ? half! : throw new InvalidOperationException("No bitfield.");
    }
}
