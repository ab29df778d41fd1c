using System.Runtime.Intrinsics.X86;

namespace Freshet.IO.Hashing;

/// <summary>
/// The ways to hash several messages together, and which of them is taken on this processor (<c>docs/adr/pieces-in-lanes.md</c> has the figures). Sixteen lanes and more beat the
/// processor's own instructions for the hash by far, eight are taken only where there are none of these; where there is neither (and on ARM, whose larger processors all have such
/// instructions) the platform's own code for one message is used.
/// </summary>
internal static class LaneHashes
{
    private static readonly Choice Here = Choose(Lanes16.IsSupported && BitConverter.IsLittleEndian, HasShaInstructions(), Lanes8.IsSupported);

    /// <summary>How many messages are hashed.</summary>
    public enum Choice : byte
    {
        /// <summary>One message after another, by the platform's own code.</summary>
        OneByOne,

        /// <summary>Eight messages at once, with AVX2.</summary>
        Eight,

        /// <summary>Sixteen or thirty-two at once, with AVX-512.</summary>
        Sixteen,
    }

    /// <summary>For SHA-1 of many messages.</summary>
    public static LaneSet ForSha1() => For<Sha1Rounds>();

    /// <summary>For SHA-256 of many messages.</summary>
    public static LaneSet ForSha256() => For<Sha256Rounds>();

    /// <summary>What is taken on a processor with these instructions.</summary>
    public static Choice Choose(bool hasAvx512, bool hasSha, bool hasAvx2)
        => hasAvx512 ? Choice.Sixteen : hasAvx2 && !hasSha ? Choice.Eight : Choice.OneByOne;

    private static LaneSet For<TRounds>()
        where TRounds : ILaneRounds
        => Here switch
        {
            Choice.Sixteen => new LaneSet(new LaneHash<TRounds, Lanes16>(), new LaneHash<TRounds, Lanes32>()),
            Choice.Eight => new LaneSet(new LaneHash<TRounds, Lanes8>()),
            _ => new LaneSet(),
        };

    // Leaf 7, EBX, bit 29: SHA-NI.
    private static bool HasShaInstructions()
        => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ebx >> 29 & 1) != 0;
}
