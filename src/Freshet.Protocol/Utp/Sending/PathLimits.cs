using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Sending;

/// <summary>What our own system has said is too long for the way to an address: not worth a probe for a while.</summary>
internal sealed class PathLimits
{
    // Far more addresses than have such a path; beyond that a few probes are lost.
    private const int Most = 1024;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<DatagramAddress, (int Length, MonoTime Expires)> _limits = [];

    /// <summary>A datagram was too long.</summary>
    public void Note(in DatagramAddress to, int length, MonoTime now)
    {
        if (_limits.TryGetValue(to, out (int Length, MonoTime Expires) known) && known.Expires > now)
            length = Math.Min(length, known.Length + 1);
        else if (_limits.Count >= Most)
            _limits.Clear();
        _limits[to] = (length - 1, now + Lifetime);
    }

    /// <summary>The longest datagram that may be tried.</summary>
    public int LongestTo(in DatagramAddress to, MonoTime now)
        => _limits.Count > 0 && _limits.TryGetValue(to, out (int Length, MonoTime Expires) known) && known.Expires > now ? known.Length : int.MaxValue;
}
