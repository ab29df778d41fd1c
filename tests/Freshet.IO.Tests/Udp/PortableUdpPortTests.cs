using System.Net;
using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Udp;

/// <summary>The port over .NET's own sockets.</summary>
public sealed class PortableUdpPortTests : UdpPortTests
{
    // The runtime's record of the receive that tells of the first datagram after a pause.
    private protected override int BytesPerRound => 200 * 1024;

    private protected override PortRig Rig(IPAddress[] addresses) => new(addresses, null, new PortablePoller());
}
