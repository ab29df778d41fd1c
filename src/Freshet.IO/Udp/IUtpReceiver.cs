using Freshet.Abstractions;

namespace Freshet.IO.Udp;

/// <summary>Who the uTP datagrams of a port are for; called by the pump's thread within <see cref="UdpPort.Receive"/> and <see cref="UdpPort.Flush"/> only, so never while it writes.</summary>
internal interface IUtpReceiver
{
    /// <summary>A datagram that looks like uTP has come.</summary>
    /// <param name="from">Where it says it comes from.</param>
    /// <param name="datagram">Its bytes; they are another's after the call.</param>
    void Receive(in DatagramAddress from, ReadOnlySpan<byte> datagram);

    /// <summary>A datagram was longer than the interface to this address takes, and was dropped.</summary>
    void TooLong(in DatagramAddress to, int length);

    /// <summary>There is room to send again.</summary>
    void OutputReady();
}
