using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

/// <summary>The pump over epoll.</summary>
public sealed class EpollPumpTests : PeerPumpTests
{
    private protected override int BytesPerBlock => 0;

    private protected override ISocketPoller CreatePoller()
    {
        if (OperatingSystem.IsLinux())
            return new EpollPoller();
        Assert.Skip("There is no epoll here.");
        throw new PlatformNotSupportedException();
    }
}
