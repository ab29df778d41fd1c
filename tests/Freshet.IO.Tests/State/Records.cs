using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Tests.State;

/// <summary>Records to keep and to compare.</summary>
internal static class Records
{
    public static InfoHashes V1(byte number)
    {
        byte[] bytes = new byte[Sha1Hash.Length];
        bytes.AsSpan().Fill(number);
        return new InfoHashes(new Sha1Hash(bytes), null);
    }

    public static InfoHashes V2(byte number)
    {
        byte[] bytes = new byte[Sha256Hash.Length];
        bytes.AsSpan().Fill(number);
        return new InfoHashes(null, new Sha256Hash(bytes));
    }

    public static ResumeRecord Make(InfoHashes hashes, string directory = "/data", int pieces = 1000, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        var recorded = new Bitfield(pieces);
        var durable = new Bitfield(pieces);
        for (int i = 0; i < pieces; i++)
        {
            recorded[i] = random.Chance(0.7);
            durable[i] = recorded[i] && random.Chance(0.7);
        }

        return new ResumeRecord
        {
            Hashes = hashes,
            Directory = directory,
            PieceCount = pieces,
            Recorded = recorded.ToArray(),
            Durable = durable.ToArray(),
            Partials = [new PartialPieceRecord(new PieceIndex(3), new byte[] { 0xA0, 1 }), new PartialPieceRecord(new PieceIndex(5), new byte[] { 0x80 })],
            Files = [new FileStamp(12345, 638_000_000_000_000_001), FileStamp.Missing],
            Downloaded = (long)seed << 40,
            Uploaded = 17,
        };
    }

    public static void AssertSame(ResumeRecord expected, ResumeRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Hashes, actual.Hashes);
        Assert.Equal(expected.Directory, actual.Directory);
        Assert.Equal(expected.PieceCount, actual.PieceCount);
        Assert.Equal(expected.Recorded.ToArray(), actual.Recorded.ToArray());
        Assert.Equal(expected.Durable.ToArray(), actual.Durable.ToArray());
        Assert.Equal(string.Join(' ', expected.Partials.Select(Describe)), string.Join(' ', actual.Partials.Select(Describe)));
        Assert.Equal(expected.Files, actual.Files);
        Assert.Equal(expected.Downloaded, actual.Downloaded);
        Assert.Equal(expected.Uploaded, actual.Uploaded);
    }

    private static string Describe(PartialPieceRecord partial) => $"{partial.Piece}:{Convert.ToHexString(partial.Blocks.Span)}";
}
