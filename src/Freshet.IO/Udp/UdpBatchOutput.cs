using Freshet.Abstractions;
using Freshet.Protocol.Utp;

namespace Freshet.IO.Udp;

/// <summary>Where uTP writes: an outbox a family. What there is no way or no room for is written to a spare place, and lost.</summary>
internal sealed class UdpBatchOutput : IUtpOutput
{
    private readonly DatagramOutbox? _ipv4;
    private readonly DatagramOutbox? _ipv6;
    private byte[] _spare = [];
    private DatagramOutbox? _begun;
    private DatagramAddress _to;

    public UdpBatchOutput(DatagramOutbox? ipv4, DatagramOutbox? ipv6)
    {
        _ipv4 = ipv4;
        _ipv6 = ipv6;
    }

    /// <inheritdoc/>
    public bool HasRoom => _ipv4 is not { IsFull: true } && _ipv6 is not { IsFull: true };

    /// <inheritdoc/>
    public Span<byte> Begin(DatagramAddress to, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _to = to;
        _begun = to.IsIPv4 ? _ipv4 : _ipv6;
        if (_begun is not null && _begun.Begin(to, length) is { IsEmpty: false } place)
            return place;
        _begun = null;
        if (_spare.Length < length)
            _spare = new byte[length];
        return _spare.AsSpan(0, length);
    }

    /// <inheritdoc/>
    public void Commit(int length, bool isProbe = false)
    {
        _begun?.Commit(_to, length, isProbe);
        _begun = null;
    }
}
