using System.Net;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

/// <summary>The port where the kernel, or a sandbox, does only part of it.</summary>
public abstract class OldKernelUdpPortTests(bool manyACall, bool cuts, bool joins) : UdpPortTests
{
    private protected override PortRig Rig(IPAddress[] addresses)
    {
        if (OperatingSystem.IsLinux())
            return new PortRig(addresses, socket => OperatingSystem.IsLinux() ? new LinuxDatagramSocket(socket, new UdpPowers(manyACall, cuts, joins), poller: null) : null!, null);
        Assert.Skip("These are calls of Linux.");
        throw new PlatformNotSupportedException();
    }
}

/// <summary>Many messages a call, each one datagram.</summary>
public sealed class MessagesOnlyUdpPortTests() : OldKernelUdpPortTests(manyACall: true, cuts: false, joins: false);

/// <summary>One message a call, each one datagram.</summary>
public sealed class OneByOneUdpPortTests() : OldKernelUdpPortTests(manyACall: false, cuts: false, joins: false);

/// <summary>One message a call, each a run of datagrams.</summary>
public sealed class RunByRunUdpPortTests() : OldKernelUdpPortTests(manyACall: false, cuts: true, joins: true);
