using Freshet.Core;

namespace Freshet.Tracker.Answering;

/// <summary>
/// How often one source (an IPv4 address, an IPv6 /64) may ask: a token bucket each, in a table of fixed size. Where two sources meet in a full set the one that
/// asked longest ago is forgotten, which only ever gives tokens back.
/// </summary>
internal sealed class SourceLimiter
{
    // 32,768 sources of 16 bytes each; eight to a set, which is two lines of the processor's cache.
    private const int Sets = 4096;
    private const int Ways = 8;

    private readonly Bucket[] _buckets = new Bucket[Sets * Ways];
    private readonly SipHash _hash;
    private readonly double _rate;
    private readonly double _burst;

    /// <summary>Makes a limiter.</summary>
    /// <param name="rate">Requests a second; 0: no limit.</param>
    /// <param name="burst">Requests at once after a silence.</param>
    /// <param name="hash">Spreads the sources; of a secret key.</param>
    public SourceLimiter(double rate, double burst, SipHash hash)
    {
        _rate = rate;
        _burst = burst;
        _hash = hash;
    }

    /// <summary>Takes a token of a source's bucket.</summary>
    /// <returns>False where it is empty.</returns>
    public bool TryTake(PeerAddress source, MonoTime now)
    {
        if (_rate <= 0)
            return true;
        Span<byte> stranger = stackalloc byte[9];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(stranger, source.Stranger);
        stranger[8] = source.IsIPv6 ? (byte)1 : (byte)0;
        ulong hash = _hash.Hash(stranger);
        uint tag = (uint)(hash >> 32) | 1;
        uint milliseconds = (uint)(now.Nanoseconds / 1_000_000);
        Span<Bucket> set = _buckets.AsSpan((int)(hash % Sets) * Ways, Ways);
        int chosen = 0;
        for (int way = 0; way < Ways; way++)
        {
            if (set[way].Tag == tag)
            {
                chosen = way;
                break;
            }

            if (set[way].Tag == 0 || milliseconds - set[way].At > milliseconds - set[chosen].At)
                chosen = way;
        }

        ref Bucket bucket = ref set[chosen];
        if (bucket.Tag != tag)
            bucket = new Bucket { Tag = tag, At = milliseconds, Tokens = (float)_burst };
        float tokens = (float)Math.Min(_burst, bucket.Tokens + ((milliseconds - bucket.At) * _rate / 1000));
        bucket.At = milliseconds;
        bucket.Tokens = tokens < 1 ? tokens : tokens - 1;
        return tokens >= 1;
    }

    private struct Bucket
    {
        public uint Tag;
        public uint At;
        public float Tokens;
    }
}
