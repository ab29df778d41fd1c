using System.Runtime.Versioning;
using Freshet.IO.Native;

namespace Freshet.IO.Udp;

/// <summary>What this machine's kernel does for datagrams.</summary>
/// <param name="ManyACall">Whether one call moves many messages (recvmmsg, sendmmsg).</param>
/// <param name="Cuts">Whether it cuts one long message into datagrams (UDP_SEGMENT, since Linux 4.18).</param>
/// <param name="Joins">Whether it hands over consecutive datagrams as one message (UDP_GRO, since Linux 5.0).</param>
internal sealed record UdpPowers(bool ManyACall, bool Cuts, bool Joins)
{
    /// <summary>What was found by trying, once: a kernel may be too old, and a sandbox may refuse calls that the kernel has.</summary>
    public static UdpPowers Detected { get; } = OperatingSystem.IsLinux() ? Try() : new(false, false, false);

    [SupportedOSPlatform("linux")]
    private static unsafe UdpPowers Try()
    {
        if (!DatagramCalls.IsSupported)
            return new UdpPowers(false, false, false);
        int descriptor = Open(LinuxSockets.AddressFamilyIPv4);
        if (descriptor < 0)
            descriptor = Open(LinuxSockets.AddressFamilyIPv6);
        if (descriptor < 0)
            return new UdpPowers(false, false, false);

        // A batch of none is allowed, and does nothing.
        bool many = DatagramCalls.Send(descriptor, null, 0, LinuxSockets.MessageDontWait) == 0
            && DatagramCalls.Receive(descriptor, null, 0, LinuxSockets.MessageDontWait) == 0;
        bool cuts = LinuxSockets.TrySetOption(descriptor, DatagramCalls.LevelUdp, DatagramCalls.Segment, 1400);
        bool joins = LinuxSockets.TrySetOption(descriptor, DatagramCalls.LevelUdp, DatagramCalls.Coalesce, 1);
        _ = LinuxSockets.Close(descriptor);
        return new UdpPowers(many, cuts, joins);
    }

    [SupportedOSPlatform("linux")]
    private static int Open(int family) => LinuxSockets.Socket(family, LinuxSockets.SocketDatagram | LinuxSockets.SocketCloseOnExec, 0);
}
