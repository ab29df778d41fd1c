using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Fuzz.Targets;

/// <summary>Messages of peer exchange (BEP 11): few peers, each with an address and a port, and what is read is written and read again as the same.</summary>
public sealed class PexTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "pex";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (32L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var writer = new BencodeWriter();
        writer.Dictionary();
        foreach ((string key, int length) in new[] { ("added", 6), ("added.f", 1), ("added6", 18), ("added6.f", 1), ("dropped", 6), ("dropped6", 18) })
        {
            if (random.Chance(0.3))
                continue;
            byte[] bytes = new byte[(random.Next(70) * length) + (random.Chance(0.1) ? 1 : 0)];
            random.NextBytes(bytes);
            writer.Key(System.Text.Encoding.ASCII.GetBytes(key)).String(bytes);
        }

        return writer.End().ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!PexCodec.TryParse(input, out PexMessage? read))
            return;
        FuzzException.Require(read.Added.Count <= 2 * PexCodec.MaxPeers && read.Dropped.Count <= 2 * PexCodec.MaxPeers, "few peers are kept");
        FuzzException.Require(read.Added.All(peer => peer.Endpoint.Port > 0) && read.Dropped.All(peer => peer.Port > 0), "a port is a port");
        var writer = new BencodeWriter();
        PexCodec.Write(read, writer);
        FuzzException.Require(PexCodec.TryParse(writer.ToArray(), out PexMessage? again), "what is written is read");
        foreach (AddressFamily family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            FuzzException.Require(
                again!.Added.Where(peer => peer.Endpoint.AddressFamily == family).SequenceEqual(read.Added.Where(peer => peer.Endpoint.AddressFamily == family).Take(PexCodec.MaxPeers)),
                "who is added comes back");
            FuzzException.Require(
                again.Dropped.Where(peer => peer.AddressFamily == family).SequenceEqual(read.Dropped.Where(peer => peer.AddressFamily == family).Take(PexCodec.MaxPeers)),
                "who is dropped comes back");
        }
    }
}
