using Freshet.Core;

namespace Freshet.Protocol.LocalDiscovery;

/// <summary>An announce to the local network (BEP 14).</summary>
/// <param name="Port">Where the sender takes connections.</param>
/// <param name="Swarms">The swarms that it is in.</param>
/// <param name="Cookie">What the sender knows its own announces by; null: not said.</param>
public sealed record LocalAnnounce(int Port, IReadOnlyList<InfoHash> Swarms, string? Cookie);
