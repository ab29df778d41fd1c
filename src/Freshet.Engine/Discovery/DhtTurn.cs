using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Engine.Discovery;

/// <summary>A torrent as the rounds of the DHT see it.</summary>
internal interface IDhtMember
{
    /// <summary>Whether it has room for peers and nobody left to dial.</summary>
    bool IsShortOfPeers { get; }

    /// <summary>It is the torrent's turn: look for its peers and announce it, and say so when that is over, by <see cref="DhtRounds.Done"/>.</summary>
    void Look(MonoTime now);
}

/// <summary>A torrent's place in the rounds of the DHT; it costs no timer while its torrent wants for nothing.</summary>
/// <param name="member">The torrent.</param>
internal sealed class DhtTurn(IDhtMember member)
{
    public IDhtMember Member => member;

    /// <summary>Whether it takes part in the rounds.</summary>
    public bool IsIn { get; set; }

    /// <summary>Whether it is being looked for.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>When it is due as one of many.</summary>
    public MonoTime DueAt { get; set; }

    /// <summary>When it was looked for last; null: not yet.</summary>
    public MonoTime? LookedAt { get; set; }

    /// <summary>Look-ups in a row that found nobody new.</summary>
    public int InVain { get; set; }

    /// <summary>Whether the look-up that is under way has found anybody new.</summary>
    public bool HasFound { get; set; }

    /// <summary>Where it waits, so that it leaves without a search.</summary>
    public LinkedListNode<DhtTurn>? Waiting { get; set; }

    /// <summary>Whether it waits, or is looked for, as one of those who lack peers.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>When it may be looked for again because it lacks peers; made for torrents that have lacked some.</summary>
    public Deadline? AgainAt { get; set; }
}
