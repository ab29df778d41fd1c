namespace Freshet.Core.Tests;

public sealed class HashTests
{
    [Fact]
    public void Different_hashes_have_different_codes_so_that_tables_of_many_torrents_stay_fast()
    {
        var random = new SeededRandom(1);
        byte[] bytes = new byte[Sha256Hash.Length];
        var short1 = new HashSet<int>();
        var long2 = new HashSet<int>();
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            short1.Add(new Sha1Hash(bytes.AsSpan(0, Sha1Hash.Length)).GetHashCode());
            long2.Add(new Sha256Hash(bytes).GetHashCode());
        }

        Assert.InRange(short1.Count, 990, 1000);
        Assert.InRange(long2.Count, 990, 1000);
    }

    [Fact]
    public void Peers_of_one_client_whose_ids_begin_alike_have_different_codes()
    {
        byte[] id = [.. "-XX1000-"u8, .. new byte[12]];
        var codes = new HashSet<int>();
        for (int i = 0; i < 1000; i++)
        {
            BitConverter.TryWriteBytes(id.AsSpan(12), i * 7919);
            codes.Add(new Sha1Hash(id).GetHashCode());
        }

        Assert.InRange(codes.Count, 990, 1000);
    }
}
