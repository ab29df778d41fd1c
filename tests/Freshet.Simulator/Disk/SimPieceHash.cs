using System.Security.Cryptography;
using Freshet.Abstractions;

namespace Freshet.Simulator.Disk;

/// <summary>The running hash of a piece's first bytes.</summary>
internal sealed class SimPieceHash : IPieceHash
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

    public int Covered { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Covered += bytes.Length;
    }

    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
