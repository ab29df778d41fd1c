using BenchmarkDotNet.Attributes;
using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Microbench.Utp;

/// <summary>
/// A full packet through the machines of both sides, from what one application writes to what the other reads, its share of acknowledgements counted; beside the three copies that
/// it is at least: into the sender's buffer, into the datagram, into the receiver's buffer.
/// </summary>
public class UtpBenchmarks
{
    private const int Packets = 700;
    private const int Payload = 1452;
    private readonly byte[] _from = new byte[Packets * Payload];
    private readonly byte[] _to = new byte[Packets * Payload];
    private readonly UtpPair _fixed = new(new UtpSettings { MakeController = _ => new FixedWindow() });
    private readonly UtpPair _ledbat = new(new UtpSettings());

    [GlobalSetup]
    public void Setup()
    {
        // Until the path's MTU is known and windows have opened.
        for (int i = 0; i < 20; i++)
        {
            _fixed.Move(4 << 20, bothWays: true);
            _ledbat.Move(4 << 20, bothWays: true);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Packets)]
    public void ThreeCopies()
    {
        for (int copy = 0; copy < 3; copy++)
        {
            for (int at = 0; at < _from.Length; at += Payload)
                _from.AsSpan(at, Payload).CopyTo(_to.AsSpan(at));
        }
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public void OneWay() => _fixed.Move(Packets * Payload, bothWays: false);

    [Benchmark(OperationsPerInvoke = 2 * Packets)]
    public void BothWays() => _fixed.Move(Packets * Payload, bothWays: true);

    [Benchmark(OperationsPerInvoke = Packets)]
    public void OneWayByLedbat() => _ledbat.Move(Packets * Payload, bothWays: false);

    /// <summary>A window that nothing changes: what is measured is the machine.</summary>
    private sealed class FixedWindow : ICongestionController
    {
        public long Window => 256 * 1024;

        public long PacingRate => 0;

        public void SetPacketSize(int bytes)
        {
        }

        public void OnAcked(in UtpAckSample sample)
        {
        }

        public void OnLost(in UtpLossSample sample)
        {
        }

        public void OnNotLost(int packets, MonoTime now)
        {
        }

        public void OnTimeout(MonoTime now)
        {
        }

        public void OnIdle(TimeSpan idle, MonoTime now)
        {
        }
    }
}
