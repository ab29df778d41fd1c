using Freshet.Core;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Routing;

/// <summary>A node of the table and what is known of it.</summary>
internal sealed class KnownNode(NodeContact contact) : IKademliaNode
{
    /// <summary>How long a node counts as there after it was last heard (BEP 5).</summary>
    public static readonly TimeSpan GoodTime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long a router's mapping may let our answers in after its owner has asked us: who has answered only within that may be one whom nobody else reaches.
    /// </summary>
    public static readonly TimeSpan MappingTime = TimeSpan.FromMinutes(5);

    /// <summary>Answers missed in a row that make a node bad: with a tenth of all exchanges lost, one in a thousand falls to bad luck.</summary>
    public const int MaxFailures = 3;

    public NodeContact Contact => contact;

    public NodeId Id => contact.Id;

    public NodeEndpoint Endpoint => contact.Endpoint;

    /// <summary>When it last answered us; null: never yet.</summary>
    public MonoTime? AnsweredAt { get; set; }

    /// <summary>When it last asked us.</summary>
    public MonoTime? AskedUsAt { get; set; }

    /// <summary>When it was last asked to show that it is there.</summary>
    public MonoTime? CheckedAt { get; set; }

    /// <summary>Answers missed since the last one.</summary>
    public int Failures { get; set; }

    /// <summary>It has answered without having asked us shortly before: others reach it too.</summary>
    public bool IsReachable { get; set; }

    /// <summary>It answers, as far as is known: fit to be told to others.</summary>
    public bool IsGood(MonoTime now)
        => Failures == 0 && AnsweredAt is { } answered && (now - answered < GoodTime || (AskedUsAt is { } asked && now - asked < GoodTime));

    /// <summary>When it must show again that it is there.</summary>
    public MonoTime DueAt
    {
        get
        {
            if (Failures > 0)
                return (CheckedAt ?? MonoTime.Zero) + TimeSpan.FromSeconds(10 * Failures);
            if (AnsweredAt is not { } answered)
                return MonoTime.Zero;
            return IsReachable || AskedUsAt is not { } asked ? answered + GoodTime : MonoTime.Max(answered, asked) + MappingTime;
        }
    }

    public void Answered(MonoTime now)
    {
        AnsweredAt = now;
        Failures = 0;
        IsReachable |= AskedUsAt is not { } asked || now - asked >= MappingTime;
    }
}
