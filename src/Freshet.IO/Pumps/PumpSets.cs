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

    public static IPumpSet Create(EngineLoopOptions options, SessionSockets sockets, UdpEndpoints udp, ICachedReader reader)
    {
        // The session's UDP sockets are one pump's.
        int count = options.Utp == UtpUse.Only ? 1 : Math.Clamp(options.Pumps ?? CountFor(Environment.ProcessorCount, options.IsAllEncrypted), 1, MaxPumps);
        var pumps = new PeerPump[count];
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
                Udp = i == 0 ? udp : null,
                Utp = SettingsOf(options),
                ConnectTimeout = options.ConnectTimeout,
                Pumps = count,
                Index = i,
            };
            pumps[i] = new PeerPump(shared, CreatePoller(options.PortableSockets));
        }

        return count == 1 ? new InlinePump(pumps[0]) : new ThreadedPumps(pumps, options.Pool);
    }

    /// <summary>How many pumps some cores have: half as many, but a pump for each of two where every block is decrypted, which is then most of all work.</summary>
    internal static int CountFor(int cores, bool isAllEncrypted) => Math.Max(cores / 2, isAllEncrypted ? Math.Min(cores, 2) : 1);

    private static UtpSettings? SettingsOf(EngineLoopOptions options)
    {
        if (options.Utp == UtpUse.Off)
            return null;
        var settings = new UtpSettings { Congestion = options.UtpCongestion };

        // Where no peer may connect, a start of a stranger is not even answered.
        return options.AcceptPeers ? settings : settings with { MaxHalfOpen = 0 };
    }

    private static ISocketPoller CreatePoller(bool portable)
        => OperatingSystem.IsLinux() && DatagramCalls.IsSupported && !portable ? new EpollPoller() : new PortablePoller();
}
