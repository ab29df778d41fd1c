namespace Freshet.Protocol.Encryption;

/// <summary>Where bytes come from that nobody can foresee: private keys and padding. Any thread may call it.</summary>
public interface IEntropy
{
    /// <summary>Fills a buffer.</summary>
    void Fill(Span<byte> bytes);
}
