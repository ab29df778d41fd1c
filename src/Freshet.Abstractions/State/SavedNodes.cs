namespace Freshet.Abstractions;

/// <summary>Nodes of the DHT that have answered, in the compact form of BEP 5 and 32, so that the next start needs nobody else to find the DHT by. Nothing of it is believed: they are asked.</summary>
/// <param name="IPv4">Of IPv4, 26 bytes each.</param>
/// <param name="IPv6">Of IPv6, 38 bytes each.</param>
public sealed record SavedNodes(ReadOnlyMemory<byte> IPv4, ReadOnlyMemory<byte> IPv6)
{
    /// <summary>None.</summary>
    public static SavedNodes None { get; } = new(default, default);
}
