using System.Runtime.InteropServices;
using Freshet.Abstractions;

namespace Freshet.IO.Udp;

/// <summary>
/// Datagrams of one length from or to one address, one behind the other in a batch's bytes; the last may be shorter. The kernel takes and gives them as one message where
/// it can.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct DatagramRun
{
    /// <summary>Who sent them, or whom they are for.</summary>
    public DatagramAddress Remote;

    /// <summary>Where the first begins.</summary>
    public int Start;

    /// <summary>Bytes of all.</summary>
    public int Length;

    /// <summary>Bytes of each but the last.</summary>
    public int Segment;

    /// <summary>How many there are; counted where they are gathered to be sent.</summary>
    public int Count;

    /// <summary>Nothing more may be added: the last is shorter, or goes alone.</summary>
    public bool IsClosed;

    /// <summary>The kernel did not take them as one message, so they go one by one.</summary>
    public bool GoSingly;

    /// <summary>The bytes of the first, the last or one between, whatever is left.</summary>
    public readonly int FirstLength => Math.Min(Segment, Length);

    /// <summary>Drops so many bytes in front.</summary>
    public void Skip(int bytes)
    {
        Start += bytes;
        Length -= bytes;
    }
}
