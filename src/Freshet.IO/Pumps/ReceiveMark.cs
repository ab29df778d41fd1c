using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>How much of a connection's bytes is gathered before it is read, and what it has brought lately; belongs to <see cref="GatheredReads"/>.</summary>
internal sealed class ReceiveMark
{
    /// <summary>Nothing is gathered: the first byte is read.</summary>
    public const int None = 1;

    /// <summary>The bytes from which on the socket counts as readable.</summary>
    public int Value { get; set; } = None;

    /// <summary>The bytes read since <see cref="Since"/>.</summary>
    public long Bytes { get; set; }

    public MonoTime Since { get; set; }

    /// <summary>When the connection was read last.</summary>
    public MonoTime ReadAt { get; set; }
}
