using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Microbench.Utp;

/// <summary>Two endpoints in memory with a stream between them. Datagrams wait in one array each way until their side's turn; a turn takes some microseconds of virtual time.</summary>
internal sealed class UtpPair
{
    private static readonly TimeSpan Turn = TimeSpan.FromMicroseconds(20);
    private readonly Side _left = new(DatagramAddress.OfIPv4(0x0A000001, 1000));
    private readonly Side _right = new(DatagramAddress.OfIPv4(0x0A000002, 2000));
    private readonly byte[] _scratch = new byte[256 * 1024];
    private MonoTime _now = new(1_000_000_000);

    public UtpPair(UtpSettings settings)
    {
        _left.Endpoint = new UtpEndpoint(settings, _left, new SeededRandom(1));
        _right.Endpoint = new UtpEndpoint(settings, _right, new SeededRandom(2));
        Left = _left.Endpoint.Connect(_right.Address, _now)!;
        UtpStream? right = null;
        for (int i = 0; i < 1000 && (right is null || !right.IsReadable); i++)
        {
            Left.Write([1]);
            Step();
            right ??= _right.Endpoint.TakeIncoming();
        }

        Right = right ?? throw new InvalidOperationException("The streams did not connect.");
        while (_left.Endpoint.TakeChanged() is not null || _right.Endpoint.TakeChanged() is not null)
        {
        }
    }

    public UtpStream Left { get; }

    public UtpStream Right { get; }

    /// <summary>Sends bytes from left to right, and as many back if wanted, until all have arrived.</summary>
    public void Move(int bytes, bool bothWays)
    {
        int there = bytes;
        int back = bothWays ? bytes : 0;
        for (int left = bytes, right = back; there > 0 || back > 0;)
        {
            left -= Left.Write(_scratch.AsSpan(0, Math.Min(left, _scratch.Length)));
            right -= Right.Write(_scratch.AsSpan(0, Math.Min(right, _scratch.Length)));
            Step();
            there -= Take(Right);
            back -= Take(Left);
        }
    }

    private static int Take(UtpStream stream)
    {
        int taken = 0;
        for (ReadOnlySpan<byte> bytes = stream.Peek(); bytes.Length > 0; bytes = stream.Peek())
        {
            taken += bytes.Length;
            stream.Skip(bytes.Length);
        }

        return taken;
    }

    private void Step()
    {
        _left.Endpoint.EndBatch(_now);
        _now += Turn;
        _left.Deliver(_right, _now);
        _right.Endpoint.EndBatch(_now);
        _now += Turn;
        _right.Deliver(_left, _now);
        _left.Endpoint.Advance(_now);
        _right.Endpoint.Advance(_now);
        _left.Endpoint.TakeChanged();
        _right.Endpoint.TakeChanged();
    }

    private sealed class Side(DatagramAddress address) : IUtpOutput
    {
        private readonly byte[] _bytes = new byte[8 << 20];
        private readonly List<int> _lengths = new(8192);
        private int _end;

        public DatagramAddress Address => address;

        public UtpEndpoint Endpoint { get; set; } = null!;

        public bool HasRoom => _bytes.Length - _end >= 2048;

        public Span<byte> Begin(DatagramAddress to, int length) => _bytes.AsSpan(_end, length);

        public void Commit(int length, bool isProbe = false)
        {
            _end += length;
            _lengths.Add(length);
        }

        public void Deliver(Side to, MonoTime now)
        {
            int at = 0;
            foreach (int length in _lengths)
            {
                to.Endpoint.Receive(address, _bytes.AsSpan(at, length), now);
                at += length;
            }

            _lengths.Clear();
            _end = 0;
        }
    }
}
