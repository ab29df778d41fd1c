using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Freshet.IO.Udp;

namespace Freshet.Microbench.Datagrams;

/// <summary>A datagram of 1,400 bytes, written, sent, received and looked at, over loopback and by one thread, beside a call for each without anything of ours.</summary>
public class DatagramBenchmarks
{
    private const int Length = 1400;

    /// <summary>Two runs as long as the kernel takes them.</summary>
    private const int Count = 2 * 46;

    private readonly byte[] _payload = new byte[Length];
    private readonly byte[] _received = new byte[Length];
    private readonly Socket _from = Bound();
    private readonly Socket _to = Bound();
    private readonly SocketAddress _target;
    private readonly SocketAddress _source = new(AddressFamily.InterNetwork);
    private readonly PortPair _portable = new(null);
    private PortPair _oneByOne = null!;
    private PortPair _messages = null!;
    private PortPair _runs = null!;

    public DatagramBenchmarks()
    {
        _target = ((IPEndPoint)_to.LocalEndPoint!).Serialize();
        _payload[0] = 0x01;
    }

    [GlobalSetup]
    public void Setup()
    {
        _oneByOne = new PortPair(new UdpPowers(false, false, false));
        _messages = new PortPair(new UdpPowers(true, false, false));
        _runs = new PortPair(new UdpPowers(true, true, true));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _from.Dispose();
        _to.Dispose();
        foreach (PortPair pair in (PortPair[])[_portable, _oneByOne, _messages, _runs])
            pair.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void CallsAlone()
    {
        for (int i = 0; i < Count; i++)
            _from.SendTo(_payload, SocketFlags.None, _target);
        for (int i = 0; i < Count; i++)
            _to.ReceiveFrom(_received, SocketFlags.None, _source);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int OneACall() => _oneByOne.Pass(_payload, Count);

    [Benchmark(OperationsPerInvoke = Count)]
    public int ManyACall() => _messages.Pass(_payload, Count);

    [Benchmark(OperationsPerInvoke = Count)]
    public int InRuns() => _runs.Pass(_payload, Count);

    [Benchmark(OperationsPerInvoke = Count)]
    public int ByPortableSockets() => _portable.Pass(_payload, Count);

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
