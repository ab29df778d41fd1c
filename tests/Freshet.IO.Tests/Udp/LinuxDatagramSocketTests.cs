using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Freshet.IO.Native;
using Freshet.IO.Udp;

namespace Freshet.IO.Tests.Udp;

/// <summary>What Linux's kernel does for runs of datagrams, and what becomes of them where it refuses.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxDatagramSocketTests
{
    private const int IPv6Mtu = 24;
    private const int NoChecksum = 11;

    [Fact]
    public void A_run_goes_through_the_kernel_as_one_message()
    {
        using PortRig sender = Rig(IPAddress.Loopback), receiver = Rig(IPAddress.Loopback);
        Assert.SkipUnless(UdpPowers.Detected is { Cuts: true, Joins: true }, "The kernel is too old.");
        WriteRun(sender, receiver, 1400, 40);
        sender.Write(receiver.Address(), [0x01, 0x02]);
        sender.Flush();

        var batch = new DatagramBatch();
        receiver.Sockets[0].Receive(batch);
        Assert.Equal(1, batch.Count);
        Assert.Equal((1400, (40 * 1400) + 2), (batch.Runs[0].Segment, batch.Runs[0].Length));
    }

    [Fact]
    public void A_way_out_that_cannot_cut_gets_single_datagrams_from_then_on()
    {
        using PortRig sender = Rig(IPAddress.Loopback), receiver = Rig(IPAddress.Loopback);
        Assert.SkipUnless(UdpPowers.Detected.Cuts, "The kernel is too old.");

        // A socket without checksums is one that the kernel does not cut for.
        Assert.True(LinuxSockets.TrySetOption(Of(sender).Descriptor, LinuxSockets.LevelSocket, NoChecksum, 1));
        for (int round = 1; round <= 2; round++)
        {
            WriteRun(sender, receiver, 1400, 40);
            sender.Flush();
            receiver.RunUntil(() => receiver.Count == 40 * round);
            Assert.False(Of(sender).Cuts);
        }

        Assert.Equal(Enumerable.Range(0, 40), receiver.Received.TakeLast(40).Select(received => (int)received.Bytes[1]));
        Assert.Empty(sender.Refused);
    }

    [Fact]
    public void What_is_longer_than_the_interface_takes_is_told_and_the_rest_goes_out()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using PortRig sender = Rig(IPAddress.IPv6Loopback), receiver = Rig(IPAddress.IPv6Loopback);
        Assert.True(LinuxSockets.TrySetOption(Of(sender).Descriptor, LinuxSockets.LevelIPv6, IPv6Mtu, 1400));
        sender.Write(receiver.Address(), Datagram(1500, 0), isProbe: true);
        WriteRun(sender, receiver, 1472, 10);
        WriteRun(sender, receiver, 1300, 10);
        sender.Flush();
        receiver.RunUntil(() => receiver.Count == 10);
        Assert.All(receiver.Received, received => Assert.Equal(1300, received.Bytes.Length));
        Assert.Equal([(receiver.Address(), 1500), (receiver.Address(), 1472)], sender.Refused);

        // It was the length, not the cutting.
        Assert.Equal(UdpPowers.Detected.Cuts, Of(sender).Cuts);
    }

    [Theory]
    [InlineData("127.0.0.1", LinuxSockets.LevelIP, LinuxSockets.OptionMtuDiscover, LinuxSockets.MtuDiscoverProbe)]
    [InlineData("::1", LinuxSockets.LevelIPv6, LinuxSockets.OptionMtuDiscoverIPv6, LinuxSockets.MtuDiscoverProbe)]
    [InlineData("::1", LinuxSockets.LevelIPv6, LinuxSockets.OptionDontFragmentIPv6, 1)]
    public unsafe void No_datagram_is_cut_up_on_its_way(string address, int level, int option, int expected)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 || address != "::1", "There is no IPv6 here.");
        using PortRig rig = Rig(IPAddress.Parse(address));
        int value = 0;
        uint length = sizeof(int);
        Assert.Equal(0, LinuxSockets.GetOption(Of(rig).Descriptor, level, option, &value, &length));
        Assert.Equal(expected, value);
    }

    private static LinuxDatagramSocket Of(PortRig rig) => (LinuxDatagramSocket)rig.Sockets[0];

    private static void WriteRun(PortRig sender, PortRig receiver, int length, int count)
    {
        for (int i = 0; i < count; i++)
            sender.Write(receiver.Address(), Datagram(length, i));
    }

    private static byte[] Datagram(int length, int number) => [0x01, (byte)number, .. new byte[length - 2]];

    private static PortRig Rig(IPAddress address)
    {
        if (OperatingSystem.IsLinux())
            return new PortRig([address], Wrap, null);
        Assert.Skip("These are calls of Linux.");
        throw new PlatformNotSupportedException();
    }

    private static LinuxDatagramSocket Wrap(Socket socket) => new(socket, UdpPowers.Detected, poller: null);
}
