using System.Net;
using System.Net.Sockets;
using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Torrents;

/// <summary>
/// Who of a swarm may be told to others, and who came and went lately, each change with a number. Whoever has been told up to a number can be told the rest; nothing is
/// kept for each pair of peers.
/// </summary>
internal sealed class SwarmNews
{
    /// <summary>Changes that are remembered: more than one message can hold (50 of each kind and family). Who is further behind misses the oldest.</summary>
    private const int Capacity = 256;

    private readonly Member?[] _changes = new Member?[Capacity];
    private readonly Dictionary<PeerKey, Member> _members;

    // Who is here, each family apart, so that neither has to be searched for among the other.
    private readonly List<Member> _ipv4 = [];
    private readonly List<Member> _ipv6 = [];

    public SwarmNews(ulong hashSeed) => _members = new Dictionary<PeerKey, Member>(new PeerKey.Comparer(hashSeed));

    /// <summary>The number of the latest change; 0 before the first.</summary>
    public long Latest { get; private set; }

    /// <summary>Somebody is here.</summary>
    /// <param name="peer">The connection.</param>
    /// <param name="listens">Where it listens.</param>
    public void Joined(PeerConnection peer, IPEndPoint listens)
    {
        var key = PeerKey.Of(listens);
        if (!_members.TryGetValue(key, out Member? member))
            _members.Add(key, member = new Member(listens, key));
        if (member.Connection is not null)
            return;
        member.Connection = peer;
        List<Member> present = Present(listens.AddressFamily);
        member.Position = present.Count;
        present.Add(member);
        Note(member);
        member.Joined = Latest;
    }

    /// <summary>Somebody is gone.</summary>
    public void Left(PeerConnection peer, IPEndPoint listened)
    {
        if (!_members.TryGetValue(PeerKey.Of(listened), out Member? member) || member.Connection != peer)
            return;
        member.Connection = null;
        List<Member> present = Present(listened.AddressFamily);
        Member last = present[^1];
        present[member.Position] = last;
        last.Position = member.Position;
        present.RemoveAt(present.Count - 1);
        Note(member);
    }

    /// <summary>Calls for the peers that are here, of each family at most so many, beginning at a random one.</summary>
    public void Sample(SeededRandom random, int most, Action<Member> take)
    {
        Sample(_ipv4, random, most, take);
        Sample(_ipv6, random, most, take);
    }

    /// <summary>Calls for each peer that has come or gone since a change, the latest first, once.</summary>
    public void Since(long told, Action<Member> take)
    {
        for (long number = Latest; number > told && number > Latest - Capacity; number--)
        {
            Member member = _changes[number % Capacity]!;
            if (member.Changed == number && (member.Connection is not null || member.Joined <= told))
                take(member);
        }
    }

    private static void Sample(List<Member> present, SeededRandom random, int most, Action<Member> take)
    {
        if (present.Count == 0)
            return;
        int first = random.Next(present.Count);
        for (int i = 0; i < Math.Min(most, present.Count); i++)
            take(present[(first + i) % present.Count]);
    }

    private List<Member> Present(AddressFamily family) => family == AddressFamily.InterNetwork ? _ipv4 : _ipv6;

    private void Note(Member member)
    {
        Latest++;
        ref Member? place = ref _changes[Latest % Capacity];

        // A peer that is gone, and whose going is forgotten, is forgotten.
        if (place is { Connection: null } old && old.Changed == Latest - Capacity)
            _members.Remove(old.Key);
        place = member;
        member.Changed = Latest;
    }

    /// <summary>A peer that is here, or was until lately.</summary>
    internal sealed class Member(IPEndPoint endpoint, PeerKey key)
    {
        public IPEndPoint Endpoint => endpoint;

        public PeerKey Key => key;

        /// <summary>The connection; null where it is gone.</summary>
        public PeerConnection? Connection { get; set; }

        /// <summary>The change by which it came.</summary>
        public long Joined { get; set; }

        /// <summary>The last change.</summary>
        public long Changed { get; set; }

        /// <summary>The place among those of its family who are here.</summary>
        public int Position { get; set; }
    }
}
