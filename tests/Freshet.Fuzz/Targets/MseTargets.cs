using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Encryption;
using Freshet.Protocol.Wire;

namespace Freshet.Fuzz.Targets;

/// <summary>Message stream encryption of the side that was dialled: what comes is a dialler's half, spoiled.</summary>
public sealed class MseDialledTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "mse-dialled";

    /// <inheritdoc/>
    public int Iterations => 6_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => MsePair.AllocationLimit;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var output = new SendBuffer();
        MsePair.Dialled(1, new SendBuffer(), out byte[] key);
        MsePair.Dialler(random.NextUInt64(), output).Take(key);
        return MsePair.Drain(output);
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var output = new SendBuffer();
        MseDialled dialled = MsePair.Dialled(1, output, out _);
        Span<byte> left = dialled.Take(input.ToArray());
        if (dialled.AwaitsAnswer && dialled.Masked != MseHashes.Masked(MsePair.Swarm))
            return;
        if (dialled.AwaitsAnswer)
        {
            dialled.Unmask(MsePair.Swarm, MsePayload.Rc4);
            left = dialled.Take(left);
        }

        MsePair.Check(dialled, left, output);
    }
}

/// <summary>Message stream encryption of the side that dialled: what comes is the answer of a peer, spoiled.</summary>
public sealed class MseDiallerTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "mse-dialler";

    /// <inheritdoc/>
    public int Iterations => 6_000;

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => MsePair.AllocationLimit;

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        // The key of the dialled side first, so that the dialler that is attacked says its half.
        var theirs = new SendBuffer();
        MseDialled dialled = MsePair.Dialled(random.NextUInt64(), theirs, out byte[] key);
        var ours = new SendBuffer();
        MsePair.Dialler(2, ours).Take(key);
        Span<byte> left = dialled.Take(MsePair.Drain(ours));
        dialled.Unmask(MsePair.Swarm, MsePayload.Rc4);
        dialled.Take(left);
        return MsePair.Drain(theirs);
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var output = new SendBuffer();
        MseDialler dialler = MsePair.Dialler(2, output);
        Span<byte> left = dialler.Take(input.ToArray());
        MsePair.Check(dialler, left, output);
    }
}

/// <summary>Both sides, with keys of a seed.</summary>
internal static class MsePair
{
    /// <summary>Tables of two streams, keys, and what is sent: nothing of it depends on what comes.</summary>
    public const long AllocationLimit = 64 * 1024;

    public static readonly InfoHash Swarm = new(new Sha1Hash([.. Enumerable.Range(1, 20).Select(i => (byte)i)]));

    public static MseDialler Dialler(ulong seed, SendBuffer output)
        => new(MontgomeryPowers.Instance, new Entropy(seed), Swarm, MsePayload.Plain | MsePayload.Rc4, new byte[WireHandshake.Length], output);

    /// <summary>A dialled side, and the key that it has.</summary>
    public static MseDialled Dialled(ulong seed, SendBuffer output, out byte[] key)
    {
        byte[] secret = new byte[MsePrime.PrivateKeyLength];
        new Entropy(seed).Fill(secret);
        key = new byte[MsePrime.Length];
        MsePrime.PublicKey(MontgomeryPowers.Instance, secret, key);
        return new MseDialled(MontgomeryPowers.Instance, new Entropy(seed), output);
    }

    public static byte[] Drain(SendBuffer output)
    {
        byte[] bytes = output.BeginSend().ToArray();
        output.EndSend(bytes.Length);
        return bytes;
    }

    public static void Check(MseNegotiation side, ReadOnlySpan<byte> left, SendBuffer output)
    {
        FuzzException.Require(side.IsThrough || side.Fault != DisconnectReason.None || left.IsEmpty, "what is not refused is taken");
        FuzzException.Require(!side.IsThrough || side.Payload is MsePayload.Plain or MsePayload.Rc4, "both agree on one way");
        FuzzException.Require(side.EncryptedAhead is >= 0 and <= ushort.MaxValue, "what comes ahead is bounded");
        FuzzException.Require(output.Length <= 2048, "little is sent");
        output.Release();
    }

    private sealed class Entropy(ulong seed) : IEntropy
    {
        private readonly SeededRandom _random = new(seed);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }
}
