using System.Runtime.Versioning;
using Freshet.Abstractions;
using Freshet.IO.Loop;
using Freshet.IO.Native;
using Freshet.IO.Network;
using Freshet.IO.Udp;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Pumps;

/// <summary>Chooses pumps for the machine.</summary>
internal static class PumpSets
{
    /// <summary>More threads than this only wait for the engine's.</summary>
    private const int MaxPumps = 8;

    /// <summary>How many pumps a session has.</summary>
    public static int CountOf(EngineLoopOptions options) => Math.Clamp(options.Pumps ?? CountFor(Environment.ProcessorCount, options.IsAllEncrypted), 1, MaxPumps);

    /// <summary>Whether Linux's own calls are used.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool UsesLinux(EngineLoopOptions options) => OperatingSystem.IsLinux() && DatagramCalls.IsSupported && !options.PortableSockets;

    /// <summary>Makes them.</summary>
    public static IPumpSet Create(EngineLoopOptions options, SessionSockets sockets, UdpEndpoints udp, ICachedReader reader)
    {
        int count = CountOf(options);
        var pumps = new PeerPump[count];
        UtpHandOver? handOver = count > 1 && options.Utp != UtpUse.Off ? new UtpHandOver(count) : null;
        var encryption = new MseKit(LibcryptoPowers.Best, new SystemEntropy());
        for (int i = 0; i < count; i++)
        {
            var shared = new PumpOptions
            {
                Pool = options.Pool,
                Clock = options.Clock,
                Reader = reader,
                Encryption = encryption,
                Budget = sockets.Budget,
                Bind = sockets.Bind,
                Listeners = sockets.Listeners,
                Udp = i == 0 || handOver is not null
                    ? new UdpShare { Mail = udp, Sockets = sockets.UdpSocketsOf(i), Receives = i == 0 || sockets.SharesPort, Index = i, HandOver = handOver }
                    : null,
                Utp = SettingsOf(options, count, i),
                ConnectTimeout = options.ConnectTimeout,
                Pumps = count,
                Index = i,
            };
            pumps[i] = new PeerPump(shared, CreatePoller(options));
        }

        return count == 1 ? new InlinePump(pumps[0]) : new ThreadedPumps(pumps, options.Pool);
    }

    /// <summary>How many pumps some cores have: half as many, but a pump for each of two where every block is decrypted, which is then most of all work.</summary>
    internal static int CountFor(int cores, bool isAllEncrypted) => Math.Max(cores / 2, isAllEncrypted ? Math.Min(cores, 2) : 1);

    private static UtpSettings? SettingsOf(EngineLoopOptions options, int pumps, int index)
    {
        if (options.Utp == UtpUse.Off)
            return null;

        // What is set is the session's; each pump has its share, and ids by which its datagrams find it.
        var whole = new UtpSettings { Congestion = options.UtpCongestion };
        UtpSettings settings = whole with
        {
            TotalBuffers = whole.TotalBuffers / pumps,
            MaxStreams = whole.MaxStreams / pumps,
            MaxHalfOpen = whole.MaxHalfOpen / pumps,
            IdModulus = pumps,
            IdRemainder = index,
        };

        // Where no peer may connect, a start of a stranger is not even answered.
        return options.AcceptPeers ? settings : settings with { MaxHalfOpen = 0 };
    }

    private static ISocketPoller CreatePoller(EngineLoopOptions options)
        => UsesLinux(options) ? new EpollPoller() : new PortablePoller();
}
