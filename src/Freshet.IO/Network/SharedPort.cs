using System.Net.Sockets;
using System.Runtime.Versioning;
using Freshet.IO.Native;

namespace Freshet.IO.Network;

/// <summary>
/// One UDP port for several pumps, each with a socket of its own among which the kernel chooses (SO_REUSEPORT). The danger of such a port is that others of the same user can
/// join it: a second session would take half of the first one's datagrams. So the first socket is bound without it, which fails where anybody has the port, and allows
/// it only then, for the others. A second session fails in the same way; and a program that joins all the same gets nothing, since the filter names our sockets only, and
/// without the filter there are no others than the first.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SharedPort
{
    private const int ReusePort = 15;

    /// <summary>Opens the others; none, and the port as it was, where the kernel or a sandbox refuses a part of it.</summary>
    /// <param name="first">A socket that is bound and has its port alone.</param>
    /// <param name="pumps">The pumps, 2 or more.</param>
    public static IReadOnlyList<Socket> Join(Socket first, int pumps)
    {
        var others = new List<Socket>(pumps - 1);
        int descriptor = Descriptor(first);
        if (!LinuxSockets.TrySetOption(descriptor, LinuxSockets.LevelSocket, ReusePort, 1))
            return [];
        try
        {
            for (int i = 1; i < pumps; i++)
            {
                var other = new Socket(first.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                others.Add(other);
                if (first.AddressFamily == AddressFamily.InterNetworkV6)
                    other.DualMode = false;
                LinuxSockets.TrySetOption(Descriptor(other), LinuxSockets.LevelSocket, ReusePort, 1);
                other.Bind(first.LocalEndPoint!);
            }

            if (PortFilter.TryAttach(descriptor, pumps))
                return others;
        }
        catch (SocketException)
        {
            // Then one socket is all there is.
        }

        others.ForEach(other => other.Dispose());
        LinuxSockets.TrySetOption(descriptor, LinuxSockets.LevelSocket, ReusePort, 0);
        return [];
    }

    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();
}
