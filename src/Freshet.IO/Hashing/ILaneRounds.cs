namespace Freshet.IO.Hashing;

/// <summary>The compression function of a hash of the SHA family with blocks of 64 bytes.</summary>
internal unsafe interface ILaneRounds
{
    /// <summary>The state of a message of which nothing has gone in yet, word by word; the digest is as long.</summary>
    static abstract ReadOnlySpan<uint> Start { get; }

    /// <summary>Takes whole blocks of every message into the state.</summary>
    /// <param name="state">As many words as <see cref="Start"/>.</param>
    /// <param name="bytes">The first lane's bytes.</param>
    /// <param name="stride">From one lane's bytes to the next one's.</param>
    /// <param name="length">The bytes of each lane, a multiple of 64.</param>
    static abstract void Compress<T>(T* state, byte* bytes, nint stride, int length)
        where T : unmanaged, ILanes<T>;
}
