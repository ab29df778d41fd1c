using System.Security.Cryptography;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Tests.Hashing;

/// <summary>Every kernel that this processor can run, whether it would be chosen here or not, beside the platform's hash.</summary>
public sealed unsafe class LaneHashTests
{
    private static readonly Dictionary<string, (bool IsSupported, Func<LaneHash> Make, Func<byte[], byte[]> Expected)> Kernels = new(StringComparer.Ordinal)
    {
        ["SHA-1, AVX2"] = (Lanes8.IsSupported, () => new LaneHash<Sha1Rounds, Lanes8>(), SHA1.HashData),
        ["SHA-1, AVX-512"] = (Lanes16.IsSupported, () => new LaneHash<Sha1Rounds, Lanes16>(), SHA1.HashData),
        ["SHA-1, AVX-512 twice"] = (Lanes32.IsSupported, () => new LaneHash<Sha1Rounds, Lanes32>(), SHA1.HashData),
        ["SHA-256, AVX2"] = (Lanes8.IsSupported, () => new LaneHash<Sha256Rounds, Lanes8>(), SHA256.HashData),
        ["SHA-256, AVX-512"] = (Lanes16.IsSupported, () => new LaneHash<Sha256Rounds, Lanes16>(), SHA256.HashData),
        ["SHA-256, AVX-512 twice"] = (Lanes32.IsSupported, () => new LaneHash<Sha256Rounds, Lanes32>(), SHA256.HashData),
    };

    /// <summary>The kernels that run here: none on a processor of another kind, where one test says so in place of many that are skipped.</summary>
    public static TheoryData<string> Names => [.. Kernels.Where(kernel => kernel.Value.IsSupported).Select(kernel => kernel.Key).DefaultIfEmpty("none")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_lane_hashes_its_message_as_it_would_be_hashed_alone(string name)
    {
        if (!Kernels.TryGetValue(name, out var kernel))
            return;
        using LaneHash lanes = kernel.Make();
        var random = new SeededRandom(512);
        for (int round = 0; round < 40; round++)
        {
            int blocks = random.Next(80);
            int stride = (blocks * LaneHash.BlockBytes) + random.Next(200);
            byte[] bytes = new byte[(lanes.Lanes * stride) + LaneHash.BlockBytes];
            random.NextBytes(bytes);
            int interesting = 1 + random.Next(lanes.Lanes);
            byte[] digests = new byte[interesting * lanes.DigestBytes];
            fixed (byte* start = bytes)
            {
                // In parts of any number of blocks; the messages of the round before must have left nothing behind.
                for (int done = 0; done < blocks;)
                {
                    int part = 1 + random.Next(blocks - done);
                    lanes.Append(start + (done * LaneHash.BlockBytes), stride, part * LaneHash.BlockBytes);
                    done += part;
                }
            }

            lanes.Finish(digests);
            for (int lane = 0; lane < interesting; lane++)
            {
                byte[] expected = kernel.Expected(bytes[(lane * stride)..((lane * stride) + (blocks * LaneHash.BlockBytes))]);
                Assert.Equal(expected, digests[(lane * lanes.DigestBytes)..((lane + 1) * lanes.DigestBytes)]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_given_up_leaves_nothing_behind(string name)
    {
        if (!Kernels.TryGetValue(name, out var kernel))
            return;
        using LaneHash lanes = kernel.Make();
        byte[] bytes = new byte[lanes.Lanes * LaneHash.BlockBytes];
        byte[] digest = new byte[lanes.DigestBytes];
        fixed (byte* start = bytes)
            lanes.Append(start, LaneHash.BlockBytes, LaneHash.BlockBytes);
        lanes.Reset();
        lanes.Finish(digest);
        Assert.Equal(kernel.Expected([]), digest);
    }

    [Theory]
    [InlineData(true, true, true, nameof(LaneHashes.Choice.Sixteen))]
    [InlineData(true, false, true, nameof(LaneHashes.Choice.Sixteen))]
    [InlineData(false, true, true, nameof(LaneHashes.Choice.OneByOne))]
    [InlineData(false, false, true, nameof(LaneHashes.Choice.Eight))]
    [InlineData(false, false, false, nameof(LaneHashes.Choice.OneByOne))]
    public void The_kernel_is_chosen_by_instruction_set(bool hasAvx512, bool hasSha, bool hasAvx2, string choice)
        => Assert.Equal(choice, LaneHashes.Choose(hasAvx512, hasSha, hasAvx2).ToString());
}
