using Freshet.Abstractions;

namespace Freshet.Protocol.Utp;

/// <summary>
/// Where datagrams go out: a batch that is sent as a whole, with consecutive datagrams of equal length to one address as one message to the kernel where that can be had.
/// Written in place, so that nothing is copied twice. Used by one thread.
/// </summary>
public interface IUtpOutput
{
    /// <summary>
    /// Whether what is written now will go out. False: the kernel has no room, and what is written is lost, as datagrams may be; its writer is told when there is room again
    /// (<see cref="UtpEndpoint.OutputReady"/>).
    /// </summary>
    bool HasRoom { get; }

    /// <summary>A place for the next datagram.</summary>
    /// <param name="to">Where it goes to.</param>
    /// <param name="length">The most bytes it will have.</param>
    /// <returns>So many bytes, with anything in them; valid until the next call of anything here.</returns>
    Span<byte> Begin(DatagramAddress to, int length);

    /// <summary>The place that <see cref="Begin"/> gave is written and may go out.</summary>
    /// <param name="length">How many bytes of it are the datagram.</param>
    /// <param name="isProbe">
    /// Whether it tries the path's MTU: it must not be fragmented, here or on its way, and may be lost for that. Others may be where the system can tell them apart: none is longer
    /// than a probe that came through, but a path can change, and a packet of uTP can never be cut anew.
    /// </param>
    void Commit(int length, bool isProbe = false);
}
