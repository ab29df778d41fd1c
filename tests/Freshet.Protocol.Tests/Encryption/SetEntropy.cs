using Freshet.Core;
using Freshet.Protocol.Encryption;

namespace Freshet.Protocol.Tests.Encryption;

/// <summary>Bytes that are known: first those that are given, then those of a seed.</summary>
internal sealed class SetEntropy(ulong seed, params byte[][] first) : IEntropy
{
    private readonly SeededRandom _random = new(seed);
    private readonly Queue<byte[]> _first = new(first);

    public void Fill(Span<byte> bytes)
    {
        if (_first.TryDequeue(out byte[]? given))
            given.CopyTo(bytes);
        else
            _random.NextBytes(bytes);
    }
}
