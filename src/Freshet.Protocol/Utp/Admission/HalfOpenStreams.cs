using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Utp.Admission;

/// <summary>
/// Starts of strangers that have not proven their address (THREATS U5, U6). Each costs a row here, no stream and no buffer; it gets one small answer for each start, three at the
/// most. Of one stranger there are few; when all rows are taken the oldest gives way, since who is really there answers within a round trip.
/// </summary>
internal sealed class HalfOpenStreams(int most, int mostOfOne, ulong seed)
{
    // The initiator sends its start again after one to three seconds: the third answer is for who lost two.
    private const int MaxAnswers = 3;

    // As long as initiators try.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private readonly Dictionary<StreamKey, HalfOpenStream> _streams = new(new StreamKeyComparer(seed));
    private readonly Dictionary<UInt128, int> _ofOne = [];
    private readonly Queue<(StreamKey Key, MonoTime Expires)> _order = new();

    /// <summary>How many there are.</summary>
    public int Count => _streams.Count;

    /// <summary>A start came.</summary>
    /// <param name="key">The stream that it would become.</param>
    /// <param name="peerNumber">Its number.</param>
    /// <param name="random">Draws our own number.</param>
    /// <param name="now">The time.</param>
    /// <param name="stream">What to answer.</param>
    /// <returns>Whether it is answered.</returns>
    public bool TryAnswer(in StreamKey key, ushort peerNumber, SeededRandom random, MonoTime now, out HalfOpenStream stream)
    {
        Expire(now);
        if (_streams.TryGetValue(key, out stream))
        {
            // Another number is another start: the peer has begun anew. It gets what is left of the answers.
            if (stream.Answers >= MaxAnswers)
                return false;
            stream = stream with { PeerNumber = peerNumber, Answers = stream.Answers + 1 };
            _streams[key] = stream;
            return true;
        }

        UInt128 stranger = Stranger(key.Remote);
        int ofOne = _ofOne.GetValueOrDefault(stranger);
        if (ofOne >= mostOfOne || most == 0)
            return false;
        if (_streams.Count >= most)
            DropOldest();
        stream = new HalfOpenStream(peerNumber, (ushort)random.NextUInt64(), 1, now + Lifetime);
        _streams.Add(key, stream);
        _ofOne[stranger] = ofOne + 1;
        _order.Enqueue((key, stream.Expires));
        return true;
    }

    /// <summary>Takes a start out whose initiator has proven to be where it says: it knows our number.</summary>
    public bool TryProve(in StreamKey key, in UtpHeader header, MonoTime now, out HalfOpenStream stream)
        => _streams.TryGetValue(key, out stream)
            && stream.Expires > now
            && header.Ack == (ushort)(stream.OurNumber - 1)
            && Remove(key);

    /// <summary>Whether there is such a start.</summary>
    public bool Contains(in StreamKey key) => _streams.ContainsKey(key);

    private void Expire(MonoTime now)
    {
        while (_order.TryPeek(out (StreamKey Key, MonoTime Expires) oldest) && (oldest.Expires <= now || _order.Count > 2 * most))
            DropOldest();
    }

    private void DropOldest()
    {
        // What was proven meanwhile, or has come anew since, has another time.
        while (_order.TryDequeue(out (StreamKey Key, MonoTime Expires) oldest))
        {
            if (_streams.TryGetValue(oldest.Key, out HalfOpenStream stream) && stream.Expires == oldest.Expires)
            {
                Remove(oldest.Key);
                return;
            }
        }
    }

    private bool Remove(in StreamKey key)
    {
        _streams.Remove(key);
        UInt128 stranger = Stranger(key.Remote);
        int ofOne = _ofOne[stranger] - 1;
        if (ofOne == 0)
            _ofOne.Remove(stranger);
        else
            _ofOne[stranger] = ofOne;
        return true;
    }

    // An IPv4 address, or the /64 of an IPv6 one.
    private static UInt128 Stranger(in DatagramAddress address) => address.IsIPv4 ? address.Low : new UInt128(address.High, 0);
}
