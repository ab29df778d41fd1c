using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

/// <summary>The pump over .NET's own sockets.</summary>
public sealed class PortablePumpTests : PeerPumpTests
{
    // The runtime's own record of a pending receive, where it does not find its last one free yet.
    private protected override int BytesPerBlock => 160;

    private protected override ISocketPoller CreatePoller() => new PortablePoller();
}
