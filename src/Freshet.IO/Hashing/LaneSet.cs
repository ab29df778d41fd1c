namespace Freshet.IO.Hashing;

/// <summary>One hash in as many lanes as messages are there; none where this processor hashes them one after another as quickly. One thread has it at a time.</summary>
/// <param name="lanes">From the narrowest to the widest.</param>
internal sealed class LaneSet(params LaneHash[] lanes) : IDisposable
{
    /// <summary>The most messages that go through together, on any processor.</summary>
    public const int Most = 32;

    /// <summary>Lanes cost the same when they are empty: with less than one in this many filled, one message after another is quicker.</summary>
    private const int LeastShare = 3;

    /// <summary>The one with the most lanes, or null.</summary>
    public LaneHash? Widest => lanes is [.., var widest] ? widest : null;

    /// <summary>The narrowest that takes so many messages; null where one after another is quicker, or there are too many.</summary>
    public LaneHash? For(int messages) => For(messages, messages);

    /// <summary>The narrowest that takes so many messages, of which some are of no interest.</summary>
    public LaneHash? For(int messages, int ofInterest)
    {
        foreach (LaneHash hash in lanes)
        {
            if (messages <= hash.Lanes)
                return ofInterest * LeastShare >= hash.Lanes ? hash : null;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LaneHash hash in lanes)
            hash.Dispose();
    }
}
