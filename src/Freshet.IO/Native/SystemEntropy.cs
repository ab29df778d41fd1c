using System.Security.Cryptography;
using Freshet.Protocol.Encryption;

namespace Freshet.IO.Native;

/// <summary>The system's random bytes.</summary>
internal sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
