namespace Freshet.Protocol.Extensions;

/// <summary>How Freshet names itself to others: see also <see cref="Core.PeerId.Prefix"/> and BEP 20.</summary>
public static class ClientName
{
    /// <summary>To peers, in <c>v</c> of BEP 10.</summary>
    public const string Display = "Freshet 0.1.0";

    /// <summary>To HTTP servers.</summary>
    public const string UserAgent = "Freshet/0.1.0";
}
