namespace Freshet.Abstractions;

/// <summary>Which addresses a name may lead to, checked when connecting, after resolution (SSRF: THREATS H1).</summary>
public enum AddressPolicy : byte
{
    /// <summary>Any address that is not loopback, link-local or otherwise special: what a redirect from a global address may lead to.</summary>
    GlobalOnly,

    /// <summary>Any unicast address: what a user's own URL may lead to.</summary>
    Any,
}

/// <summary>One HTTP exchange; the engine follows redirects itself. Answered by one <see cref="HttpFetchResult"/>.</summary>
/// <param name="Id">A number for the answer.</param>
/// <param name="Url">The absolute URL, its path and query sent as they stand.</param>
/// <param name="UserAgent">The User-Agent header.</param>
/// <param name="MaxBytes">The most bytes of the answer's body, after inflating; more is an error.</param>
/// <param name="Timeout">For the whole exchange.</param>
/// <param name="Addresses">Where the name may lead.</param>
/// <param name="Family">The address family to use, or null for whichever answers first.</param>
/// <param name="KeepOpen">Whether the connection may serve another such exchange with the same server within seconds; else the server is told to close it.</param>
public sealed record HttpFetch(
    long Id,
    Uri Url,
    string UserAgent,
    int MaxBytes,
    TimeSpan Timeout,
    AddressPolicy Addresses,
    System.Net.Sockets.AddressFamily? Family = null,
    bool KeepOpen = false);

/// <summary>How an HTTP exchange ended.</summary>
/// <param name="Id">The number of the <see cref="HttpFetch"/>.</param>
/// <param name="Status">The status code, or 0 where there was no answer.</param>
/// <param name="Location">The Location header of a redirect.</param>
/// <param name="Body">The inflated body.</param>
/// <param name="Remote">The address that answered.</param>
/// <param name="Error">What went wrong, without secrets, or null.</param>
public sealed record HttpFetchResult(
    long Id,
    int Status,
    string? Location,
    ReadOnlyMemory<byte> Body,
    System.Net.IPAddress? Remote,
    string? Error)
{
    /// <summary>What is known of the connection, also of one over which nothing came; null where none was opened.</summary>
    public HttpConnectionFacts? Connection { get; init; }
}

/// <summary>What is known of the connection of an HTTP exchange.</summary>
/// <param name="Remote">Where it leads.</param>
/// <param name="Connecting">How long it took to open it, with looking up the name; also where an earlier exchange opened it.</param>
/// <param name="Tls">What was agreed on in TLS; null over plain HTTP, or where TLS failed before a certificate came.</param>
public sealed record HttpConnectionFacts(System.Net.IPEndPoint Remote, TimeSpan Connecting, TlsFacts? Tls);

/// <summary>What is known of TLS on a connection. Texts of a certificate are its maker's: strangers'.</summary>
/// <param name="Version">The protocol's version, such as <c>Tls13</c>; null where the handshake failed.</param>
/// <param name="Cipher">The cipher suite; null where the handshake failed.</param>
/// <param name="Subject">Whom the certificate is for.</param>
/// <param name="Issuer">Who vouches for it.</param>
/// <param name="NotAfter">Until when it is good.</param>
/// <param name="Trouble">What is wrong with it; null where it is accepted.</param>
public sealed record TlsFacts(string? Version, string? Cipher, string Subject, string Issuer, DateTimeOffset NotAfter, string? Trouble);
