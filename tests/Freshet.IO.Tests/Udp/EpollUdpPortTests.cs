using System.Net;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Udp;

/// <summary>The port over epoll, with all that the kernel does.</summary>
public sealed class EpollUdpPortTests : UdpPortTests
{
    private protected override PortRig Rig(IPAddress[] addresses)
    {
        if (OperatingSystem.IsLinux())
            return new PortRig(addresses, null, new EpollPoller());
        Assert.Skip("There is no epoll here.");
        throw new PlatformNotSupportedException();
    }
}
