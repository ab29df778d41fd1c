namespace Freshet.Engine.RateLimiting;

/// <summary>
/// What a limit counts. Out: the blocks that are sent, with their messages' headers; what else we say is small, and answering late would cost more than it
/// saves. In: every byte after the handshake, because a stream is taken in its order, whatever it carries.
/// </summary>
public static class RateCost
{
    /// <summary>The bytes of a piece message before its block (BEP 3): length, id, index and offset.</summary>
    public const int BlockHeader = 13;

    /// <summary>What sending a block takes.</summary>
    public static int OfBlock(int length) => length + BlockHeader;
}
