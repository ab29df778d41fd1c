namespace Freshet.Engine.Peers;

/// <summary>What speaks for a connection and against it, when its place is wanted for another.</summary>
/// <param name="Rate">Payload bytes a second, both ways.</param>
/// <param name="Age">Since both handshakes were through.</param>
/// <param name="IsWanted">Whether a side wants something of the other and gets it: unchoked and interested, in either direction.</param>
/// <param name="IsKept">Whether it stays whatever it does: the user named it, or it is not through its handshakes.</param>
/// <param name="Priority">BEP 40's.</param>
public readonly record struct PeerStanding(long Rate, TimeSpan Age, bool IsWanted, bool IsKept, uint Priority);

/// <summary>
/// Which connections give their places to candidates that wait, where all places are taken: every few minutes the worst few, never a good one. Otherwise a swarm's
/// first peers would keep out all later ones for ever, and whoever comes late would find no place anywhere.
/// </summary>
public static class Turnover
{
    /// <summary>How often places change hands (libtorrent's figure).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>The share of connections that go at a time, at least one: 4 % (libtorrent's figure).</summary>
    public const double Share = 0.04;

    /// <summary>The share of the limit from which on places count as taken.</summary>
    public const double FullShare = 0.9;

    /// <summary>A connection is not judged before it could show what it is: choking takes turns of 30 s.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(90);

    // Below it a connection does next to nothing for anybody: less than four blocks a minute.
    private const long LeastGoodRate = 1024;

    // Below an eighth of what the others do, a newcomer is likely to do better.
    private const long GoodPart = 8;

    /// <summary>Whether so many connections take all places.</summary>
    public static bool IsFull(int connections, int limit) => connections >= limit * FullShare;

    /// <summary>Chooses the connections to close, the worst first.</summary>
    /// <param name="peers">All connections.</param>
    /// <param name="waiting">Candidates that wait for a place: no more are closed.</param>
    /// <returns>Places in <paramref name="peers"/>.</returns>
    public static int[] Choose(ReadOnlySpan<PeerStanding> peers, int waiting)
    {
        int most = Math.Min(waiting, Math.Max(1, (int)(peers.Length * Share)));
        long bar = GoodRate(peers);
        var replaceable = new List<int>();
        for (int i = 0; i < peers.Length; i++)
        {
            if (IsReplaceable(peers[i], bar))
                replaceable.Add(i);
        }

        PeerStanding[] standings = peers.ToArray();
        replaceable.Sort((one, other) => Compare(standings[one], standings[other]) is var order and not 0 ? order : one.CompareTo(other));
        return [.. replaceable.Take(most)];
    }

    /// <summary>Whether a connection may give its place to another, beside others of these rates.</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="goodRate">What <see cref="GoodRate"/> says of them all.</param>
    public static bool IsReplaceable(in PeerStanding peer, long goodRate) => !peer.IsKept && peer.Age >= Grace && peer.Rate < goodRate;

    /// <summary>From which rate on a connection is good.</summary>
    public static long GoodRate(ReadOnlySpan<PeerStanding> peers)
    {
        long sum = 0;
        foreach (ref readonly PeerStanding peer in peers)
            sum += peer.Rate;
        return Math.Max(LeastGoodRate, peers.IsEmpty ? 0 : sum / peers.Length / GoodPart);
    }

    /// <summary>The worse one first: who wants nothing, then who is slower, then of the lower priority.</summary>
    public static int Compare(in PeerStanding one, in PeerStanding other)
        => one.IsWanted != other.IsWanted ? one.IsWanted.CompareTo(other.IsWanted)
            : one.Rate != other.Rate ? one.Rate.CompareTo(other.Rate)
            : one.Priority != other.Priority ? one.Priority.CompareTo(other.Priority)
            : other.Age.CompareTo(one.Age);
}
