using BenchmarkDotNet.Attributes;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Picking;

namespace Freshet.Microbench.Picking;

/// <summary>The end of a download: every block is asked for, and peers with nothing to do look for some to help with.</summary>
public class EndGameBenchmarks
{
    private const int Peers = 200;
    private const int PieceLength = 256 * 1024;
    private const int Missing = 64;

    private readonly BlockRange[] _picked = new BlockRange[256];
    private readonly ConnectionId[] _all = [.. Enumerable.Range(0, Peers).Select(i => new ConnectionId(2 * i))];
    private PiecePicker _picker = new(SampleTorrents.Layout(1, PieceLength), new SeededRandom(1));
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        const int Pieces = 10_000;
        _picker = new PiecePicker(SampleTorrents.Layout(Pieces, PieceLength), new SeededRandom(1));
        for (int piece = Missing; piece < Pieces; piece++)
            _picker.MarkHave(new PieceIndex(piece));
        foreach (ConnectionId peer in _all)
        {
            _picker.AddPeer(peer);
            _picker.SetHaveAll(peer);
        }

        foreach (ConnectionId peer in _all.AsSpan(0, 4))
            _picker.Pick(new PickRequest(peer), _picked);
        if (!_picker.IsEndGame)
            throw new InvalidOperationException("Not all blocks are asked for.");
    }

    /// <summary>An idle peer gets blocks to help with, and is cancelled.</summary>
    [Benchmark]
    public int HelpAndCancel()
    {
        ConnectionId peer = _all[4 + (_next++ % (Peers - 4))];
        int count = _picker.Pick(new PickRequest(peer) { BytesPerSecond = 1 << 20 }, _picked);
        _picker.AbortAll(peer);
        return count;
    }
}
