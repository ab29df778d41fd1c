using System.Diagnostics.CodeAnalysis;
using Freshet.Core;

namespace Freshet.Tracker.Swarms;

/// <summary>Hashes info-hashes with a secret: strangers choose them, and would choose ones that collide.</summary>
internal sealed class InfoHashComparer(SipHash hash) : IEqualityComparer<InfoHash>
{
    public bool Equals(InfoHash x, InfoHash y) => x.Value == y.Value;

    public int GetHashCode([DisallowNull] InfoHash obj) => (int)hash.Hash(obj.Value.Bytes);
}
