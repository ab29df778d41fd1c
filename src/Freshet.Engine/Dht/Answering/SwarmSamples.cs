using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>Some of the swarms that we know, for who asks (BEP 51); the same ones for a while, so that asking again and again gives nothing.</summary>
internal sealed class SwarmSamples(PeerStore store, SeededRandom random)
{
    /// <summary>Samples of one answer: with eight nodes of both families it stays below the size of a frame.</summary>
    public const int MaxSamples = 20;

    /// <summary>How long the samples are the same.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly byte[] _samples = new byte[MaxSamples * NodeId.Length];
    private int _length;
    private MonoTime _until;

    /// <summary>The samples, 20 bytes each.</summary>
    /// <param name="now">The time.</param>
    /// <param name="seconds">How long they stay the same.</param>
    public ReadOnlySpan<byte> Take(MonoTime now, out int seconds)
    {
        if (now >= _until)
        {
            _until = now + Interval;
            _length = Draw();
        }

        seconds = (int)Math.Ceiling((_until - now).TotalSeconds);
        return _samples.AsSpan(0, _length);
    }

    private int Draw()
    {
        // Each of the rest with the chance that gives all the same (selection sampling).
        int wanted = Math.Min(MaxSamples, store.Swarms.Count);
        int written = 0;
        for (int i = 0; i < store.Swarms.Count && wanted > 0; i++)
        {
            if (random.Next(store.Swarms.Count - i) >= wanted)
                continue;
            store.Swarms[i].Target.Bytes.CopyTo(_samples.AsSpan(written));
            written += NodeId.Length;
            wanted--;
        }

        return written;
    }
}
