using System.Text;
using System.Text.Json;
using Freshet.Abstractions;
using Freshet.IO.Native;

namespace Freshet.IO.Tests.Cryptography;

public sealed class Ed25519Tests
{
    /// <summary>Section 7.1 of RFC 8032: seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> OfTheStandard => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    [Theory]
    [MemberData(nameof(OfTheStandard))]
    public void Keys_and_signatures_are_those_of_the_standard(string seed, string publicKey, string message, string signature)
    {
        Ed25519 ed25519 = ThisMachines();
        byte[] key = new byte[IEd25519.PublicKeyBytes];
        byte[] signed = new byte[IEd25519.SignatureBytes];
        ed25519.PublicKey(Convert.FromHexString(seed), key);
        ed25519.Sign(Convert.FromHexString(seed), Convert.FromHexString(message), signed);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key));
        Assert.Equal(signature, Convert.ToHexStringLower(signed));
        Assert.True(ed25519.Verify(key, Convert.FromHexString(message), signed));
    }

    [Fact]
    public void One_wrong_bit_anywhere_is_refused()
    {
        Ed25519 ed25519 = ThisMachines();
        byte[] seed = [.. Enumerable.Range(0, IEd25519.SeedBytes).Select(i => (byte)i)];
        byte[] message = "4:salt6:foobar3:seqi1e1:v12:Hello World!"u8.ToArray();
        byte[] key = new byte[IEd25519.PublicKeyBytes];
        byte[] signature = new byte[IEd25519.SignatureBytes];
        ed25519.PublicKey(seed, key);
        ed25519.Sign(seed, message, signature);
        foreach (byte[] part in (byte[][])[key, message, signature])
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(ed25519.Verify(key, message, signature));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(ed25519.Verify(key, message, signature));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(32, 0)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    public void Another_length_is_refused(int key, int signature)
        => Assert.False(ThisMachines().Verify(new byte[key], "message"u8, new byte[signature]));

    /// <summary>S plus the group's order would be a second signature of the same message: an item could be changed by anyone (RFC 8032, 5.1.7).</summary>
    [Fact]
    public void A_signature_has_one_spelling()
    {
        byte[] order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        byte[] signature = Convert.FromHexString(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        int carry = 0;
        for (int i = 0; i < order.Length; i++)
        {
            carry += signature[32 + i] + order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }

        byte[] key = Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        Assert.False(ThisMachines().Verify(key, [], signature));
    }

    /// <summary>BEP 44's own vectors. Their private key is the expanded one of 64 bytes, from which no seed can be had: they can be verified, not signed again.</summary>
    [Fact]
    public void Signatures_of_the_vectors_of_mutable_items_hold()
    {
        string? corpora = Environment.GetEnvironmentVariable("FRESHET_CORPORA");
        Assert.SkipWhen(string.IsNullOrEmpty(corpora), "FRESHET_CORPORA is not set.");
        using JsonDocument table = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(corpora!, "vectors", "bep44_items.json")));
        int checkedItems = 0;
        foreach (JsonElement item in table.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (!item.TryGetProperty("signature", out JsonElement signature))
                continue;
            byte[] key = Convert.FromHexString(item.GetProperty("public_key").GetString()!);
            byte[] message = Encoding.UTF8.GetBytes(item.GetProperty("sign_buffer").GetString()!);
            Assert.True(ThisMachines().Verify(key, message, Convert.FromHexString(signature.GetString()!)), item.GetProperty("name").GetString());
            checkedItems++;
        }

        Assert.Equal(2, checkedItems);
    }

    private static Ed25519 ThisMachines()
    {
        Assert.SkipWhen(Ed25519.Available is null, "There is no libcrypto that knows Ed25519.");
        return Ed25519.Available!;
    }
}
