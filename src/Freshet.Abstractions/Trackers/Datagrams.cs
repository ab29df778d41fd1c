using System.Net;

namespace Freshet.Abstractions;

/// <summary>A name to look up. Answered by one <see cref="ResolveResult"/>.</summary>
/// <param name="Id">A number for the answer.</param>
/// <param name="Host">A name or an address in text.</param>
public sealed record ResolveRequest(long Id, string Host);

/// <summary>The addresses of a name.</summary>
/// <param name="Id">The number of the <see cref="ResolveRequest"/>.</param>
/// <param name="Addresses">What was found; empty with an <paramref name="Error"/>.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record ResolveResult(long Id, IReadOnlyList<IPAddress> Addresses, string? Error);

/// <summary>A UDP datagram, out or in, on the session's UDP socket of that address family.</summary>
/// <param name="Remote">To or from whom.</param>
/// <param name="Bytes">The payload; at most 1,472 bytes out.</param>
public readonly record struct Datagram(IPEndPoint Remote, ReadOnlyMemory<byte> Bytes);
