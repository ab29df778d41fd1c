using System.Security.Cryptography;
using Freshet.Core;
using Freshet.IO.Hashing;

namespace Freshet.IO.Tests.Hashing;

public sealed unsafe class Sha1LanesTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(128, 64)]
    [InlineData(16384, 4096)]
    [InlineData(65536, 65536)]
    public void Sixteen_messages_hash_as_each_alone_does(int length, int part)
    {
        Assert.SkipUnless(Sha1Lanes.IsSupported, "this processor has no AVX-512");
        byte[] bytes = new byte[Sha1Lanes.Count * length];
        new SeededRandom((ulong)length).NextBytes(bytes);
        using var lanes = new Sha1Lanes();
        byte[] digests = new byte[Sha1Lanes.Count * Sha1Hash.Length];

        // Twice: the second time shows that the first left nothing behind.
        for (int round = 0; round < 2; round++)
        {
            fixed (byte* start = bytes)
            {
                for (int offset = 0; offset < length; offset += part)
                    lanes.Append(start + offset, length, part);
            }

            lanes.Finish(digests);
            Assert.Equal(bytes.Chunk(length).SelectMany(SHA1.HashData), digests);
        }
    }
}
