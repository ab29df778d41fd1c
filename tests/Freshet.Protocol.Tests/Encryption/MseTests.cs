using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Tests.Wire;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Tests.Encryption;

/// <summary>Message stream encryption, both sides of it.</summary>
public sealed class MseTests
{
    private const MsePayload Both = MsePayload.Plain | MsePayload.Rc4;

    private static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Range(7, 20).Select(i => (byte)i)]));
    private static readonly byte[] Hello = [.. Enumerable.Range(0, 68).Select(i => (byte)i)];

    [Theory]
    [InlineData(Both, Both, MsePayload.Plain)]
    [InlineData(Both, MsePayload.Rc4, MsePayload.Rc4)]
    [InlineData(MsePayload.Rc4, Both, MsePayload.Rc4)]
    [InlineData(MsePayload.Plain, Both, MsePayload.Plain)]
    public void Both_agree_and_payload_goes_both_ways(MsePayload offers, MsePayload accepts, MsePayload agreed)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var pair = new Pair(seed, offers, accepts);
            pair.Run(step: (int)(1 + (seed * 37 % 700)));
            Assert.Equal((agreed, agreed), (pair.Dialler.Payload, pair.Dialled.Payload));
            Assert.Equal(Hello, pair.Delivered);
            Assert.Equal(agreed == MsePayload.Rc4, pair.Dialler.Writes is not null);
            byte[] text = [1, 2, 3, 4, 5];
            pair.Dialler.Writes?.Apply(text);
            pair.DialledReads?.Apply(text);
            Assert.Equal([1, 2, 3, 4, 5], text);
            pair.Dialled.Writes?.Apply(text);
            pair.Dialler.Reads?.Apply(text);
            Assert.Equal([1, 2, 3, 4, 5], text);
        }
    }

    [Fact]
    public void It_does_not_matter_how_bytes_are_cut()
    {
        foreach (int step in (int[])[1, 2, 3, 95, 96, 97, 1000])
        {
            var pair = new Pair(5, Both, MsePayload.Rc4);
            pair.Run(step);
            Assert.True(pair.Dialler.IsThrough && pair.Dialled.IsThrough);
            Assert.Equal(Hello, pair.Delivered);
        }
    }

    [Fact]
    public void A_peer_with_another_torrent_does_not_get_through()
    {
        var pair = new Pair(1, Both, Both) { Answer = new InfoHash(default) };
        pair.Run(64);
        Assert.Equal(DisconnectReason.BadHandshake, pair.Dialled.Fault);
        Assert.False(pair.Dialler.IsThrough);
    }

    [Fact]
    public void Sides_that_have_nothing_in_common_part()
    {
        var pair = new Pair(1, MsePayload.Plain, MsePayload.Rc4);
        pair.Run(64);
        Assert.Equal(DisconnectReason.BadHandshake, pair.Dialled.Fault);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(200)]
    public void A_peer_that_answers_with_a_plain_handshake_is_known_at_once(int step)
    {
        MseDialler dialler = new Pair(1, Both, Both).Dialler;
        byte[] answer = [.. Samples.Handshake(), .. new byte[132]];
        for (int at = 0; at < answer.Length && dialler.Fault == DisconnectReason.None; at += step)
            dialler.Take(answer.AsSpan(at, step));
        Assert.Equal(DisconnectReason.BadHandshake, dialler.Fault);
    }

    /// <summary>THREATS W7.</summary>
    [Fact]
    public void Degenerate_keys_end_it_at_both_sides()
    {
        BigInteger prime = new(MsePrime.Bytes, isUnsigned: true, isBigEndian: true);
        foreach (BigInteger key in (BigInteger[])[0, 1, prime - 1, prime])
        {
            byte[] bytes = new byte[MsePrime.Length];
            byte[] digits = key.ToByteArray(isUnsigned: true, isBigEndian: true);
            digits.CopyTo(bytes, bytes.Length - digits.Length);
            var pair = new Pair(1, Both, Both);
            pair.Dialler.Take([.. bytes]);
            Assert.Equal(DisconnectReason.BadHandshake, pair.Dialler.Fault);
            int before = pair.DialledOutput.Length;
            pair.Dialled.Take([.. bytes]);
            Assert.Equal(DisconnectReason.BadHandshake, pair.Dialled.Fault);
            Assert.Equal(before, pair.DialledOutput.Length);
        }
    }

    /// <summary>THREATS W7: as long as the search may be, not a byte longer.</summary>
    [Fact]
    public void Padding_without_end_ends_it()
    {
        var dialled = new Pair(1, Both, Both).Dialled;
        dialled.Take(Key());
        dialled.Take(new byte[MseLimits.RequestSearch - 1]);
        Assert.Equal(DisconnectReason.None, dialled.Fault);
        dialled.Take(new byte[1]);
        Assert.Equal(DisconnectReason.BadHandshake, dialled.Fault);

        var dialler = new Pair(1, Both, Both).Dialler;
        dialler.Take(Key());
        dialler.Take(new byte[MseLimits.ConstantSearch - 1]);
        Assert.Equal(DisconnectReason.None, dialler.Fault);
        dialler.Take(new byte[1]);
        Assert.Equal(DisconnectReason.BadHandshake, dialler.Fault);

        static byte[] Key() => [.. Enumerable.Repeat((byte)9, MsePrime.Length)];
    }

    /// <summary>THREATS W7: padding that is named longer than the specification has it is refused before it is read.</summary>
    [Theory]
    [InlineData(MseLimits.Pad, DisconnectReason.None)]
    [InlineData(MseLimits.Pad + 1, DisconnectReason.BadHandshake)]
    [InlineData(65535, DisconnectReason.BadHandshake)]
    public void Padding_that_is_too_long_is_refused(int length, DisconnectReason expected)
    {
        // A dialler whose terms are put together by hand.
        var output = new SendBuffer();
        var dialled = new MseDialled(MontgomeryPowers.Instance, new SetEntropy(1), output);
        byte[] key = new byte[MsePrime.PrivateKeyLength];
        key[^1] = 5;
        byte[] publicKey = new byte[MsePrime.Length];
        MsePrime.PublicKey(MontgomeryPowers.Instance, key, publicKey);
        dialled.Take(publicKey);
        byte[] secret = new byte[MsePrime.Length];
        MontgomeryPowers.Instance.Raise(output.BeginSend().Span[..MsePrime.Length], key, secret);
        dialled.Take([.. MseHashes.Secret(secret).Bytes, .. MseHashes.Cover(MseHashes.Masked(Swarm), secret).Bytes]);
        Assert.True(dialled.AwaitsAnswer);
        dialled.Unmask(Swarm, Both);
        byte[] terms = new byte[14];
        terms[11] = 3;
        BinaryPrimitives.WriteUInt16BigEndian(terms.AsSpan(12), (ushort)length);
        MseHashes.DiallerStream(secret, Swarm).Apply(terms);
        dialled.Take(terms);
        Assert.Equal(expected, dialled.Fault);
    }

    [Fact]
    public void A_handshake_that_was_recorded_in_the_wild_is_understood()
    {
        JsonElement test = Corpus.Read("vectors/mse.json").GetProperty("cases")[0];
        byte[] Bytes(string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
        var swarm = new InfoHash(new Sha1Hash(Bytes("info_hash")));
        var output = new SendBuffer();
        var dialled = new MseDialled(MontgomeryPowers.Instance, new SetEntropy(1, Bytes("our_private_key")), output);
        Assert.True(dialled.Take(Bytes("peer_Ya")).IsEmpty);
        Assert.Equal(Bytes("our_Yb"), output.BeginSend().Span[..MsePrime.Length].ToArray());
        output.EndSend(0);
        byte[] rest = Bytes("then_peer_sends");
        Span<byte> left = dialled.Take(rest);
        Assert.True(dialled.AwaitsAnswer);
        Assert.Equal(MseHashes.Masked(swarm), dialled.Masked);
        dialled.Unmask(swarm, Both);
        left = dialled.Take(left);
        Assert.Equal((MsePayload.Rc4, true, 68), (dialled.Payload, dialled.IsThrough, dialled.EncryptedAhead));
        dialled.Reads!.Apply(left);
        Assert.Equal(Bytes("IA"), left.ToArray());
    }

    /// <summary>Both sides, with a wire between them.</summary>
    private sealed class Pair
    {
        private readonly SendBuffer _diallerOutput = new();
        private readonly MsePayload _accepts;

        public Pair(ulong seed, MsePayload offers, MsePayload accepts)
        {
            _accepts = accepts;
            Dialler = new MseDialler(MontgomeryPowers.Instance, new SetEntropy(seed), Swarm, offers, Hello, _diallerOutput);
            Dialled = new MseDialled(MontgomeryPowers.Instance, new SetEntropy(seed + 1000), DialledOutput);
        }

        public MseDialler Dialler { get; }

        public MseDialled Dialled { get; }

        public SendBuffer DialledOutput { get; } = new();

        /// <summary>Which torrent the dialled side takes it for.</summary>
        public InfoHash Answer { get; init; } = Swarm;

        /// <summary>What came through to the dialled side.</summary>
        public List<byte> Delivered { get; } = [];

        /// <summary>The dialled side's stream, where payload is encrypted.</summary>
        public Rc4? DialledReads => Dialled.Payload == MsePayload.Rc4 ? Dialled.Reads : null;

        public void Run(int step)
        {
            while (_diallerOutput.Length + DialledOutput.Length > 0)
            {
                Deliver(Drain(_diallerOutput, step));
                Assert.True(Dialler.Take(Drain(DialledOutput, step)).IsEmpty);
            }
        }

        private void Deliver(byte[] bytes)
        {
            Span<byte> left = Dialled.Take(bytes);
            if (Dialled.AwaitsAnswer)
            {
                Assert.Equal(MseHashes.Masked(Swarm), Dialled.Masked);
                Dialled.Unmask(Answer, _accepts);
                left = Dialled.Take(left);
            }

            if (!Dialled.IsThrough)
                return;
            Dialled.Reads?.Apply(left);
            Delivered.AddRange(left);
        }

        private static byte[] Drain(SendBuffer output, int step)
        {
            int count = Math.Min(step, output.Length);
            if (count == 0)
                return [];
            byte[] bytes = output.BeginSend().Span[..count].ToArray();
            output.EndSend(count);
            return bytes;
        }
    }
}
