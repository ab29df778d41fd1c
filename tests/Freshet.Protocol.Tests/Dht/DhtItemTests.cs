using System.Text;
using System.Text.Json;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>Items of BEP 44: where they are kept and what is signed.</summary>
public sealed class DhtItemTests
{
    [Fact]
    public void The_examples_of_BEP_44_come_out()
    {
        byte[] key = Convert.FromHexString("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
        byte[] value = "12:Hello World!"u8.ToArray();
        Assert.Equal("4a533d47ec9c7d95b1ad75f576cffc641853b750", new DhtItem { Value = value, Key = key }.Target.ToString());
        Assert.Equal("411eba73b6f087ca51a3795d9c8c938d365e32c1", new DhtItem { Value = value, Key = key, Salt = "foobar"u8.ToArray() }.Target.ToString());
        Assert.Equal("e5f96f6f38320f0f33959cb4d3d656452117aadb", new DhtItem { Value = value }.Target.ToString());
        Assert.Equal("4:salt6:foobar3:seqi1e1:v12:Hello World!", Encoding.ASCII.GetString(DhtItem.SignedBytes("foobar"u8, 1, value)));
        Assert.Equal("3:seqi1e1:v12:Hello World!", Encoding.ASCII.GetString(DhtItem.SignedBytes([], 1, value)));
    }

    [Fact]
    public void The_corpus_agrees()
    {
        foreach (JsonElement row in Corpus.Read("vectors/bep44_items.json").GetProperty("cases").EnumerateArray())
        {
            byte[] value = Encoding.ASCII.GetBytes(row.GetProperty("value_bencoded").GetString()!);
            byte[] key = row.TryGetProperty("public_key", out JsonElement hex) ? Convert.FromHexString(hex.GetString()!) : [];
            byte[] salt = row.TryGetProperty("salt", out JsonElement text) ? Encoding.ASCII.GetBytes(text.GetString()!) : [];
            Assert.Equal(row.GetProperty("target").GetString(), new DhtItem { Value = value, Key = key, Salt = salt }.Target.ToString());
            if (row.TryGetProperty("sign_buffer", out JsonElement buffer))
                Assert.Equal(buffer.GetString(), Encoding.ASCII.GetString(DhtItem.SignedBytes(salt, row.GetProperty("seq").GetInt64(), value)));
        }
    }
}
