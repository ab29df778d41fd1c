namespace Freshet.Protocol.Encryption;

/// <summary>Raises numbers to powers modulo the prime of message stream encryption (<see cref="MsePrime"/>). Any thread may call it.</summary>
public interface IPowers
{
    /// <summary>Raises a number to a power.</summary>
    /// <param name="number">The number, <see cref="MsePrime.Length"/> bytes, the greatest first; below the prime.</param>
    /// <param name="exponent">The exponent, the greatest byte first.</param>
    /// <param name="result">Takes <see cref="MsePrime.Length"/> bytes, leading zeros too; not the memory of the others.</param>
    void Raise(ReadOnlySpan<byte> number, ReadOnlySpan<byte> exponent, Span<byte> result);
}
