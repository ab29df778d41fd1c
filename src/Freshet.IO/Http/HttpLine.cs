using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Freshet.Abstractions;

namespace Freshet.IO.Http;

/// <summary>What exchanges have in common that may share a connection: the server, and which of its addresses may be used.</summary>
internal readonly record struct HttpLineKey(string Scheme, string Host, int Port, AddressPolicy Addresses, AddressFamily? Family)
{
    public static HttpLineKey Of(HttpFetch fetch) => new(fetch.Url.Scheme, fetch.Url.IdnHost, fetch.Url.Port, fetch.Addresses, fetch.Family);
}

/// <summary>
/// A line to one server: one exchange and one connection at a time, so that it is known for sure which address has answered, and a connection opened under one address
/// policy never serves another (THREATS H1).
/// </summary>
internal sealed class HttpLine : IDisposable
{
    /// <summary>The status line and all headers of an answer, in KiB: B9.</summary>
    public const int MaxHeaderKiB = 32;

    private readonly Dialer _dialer;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _client;
    private readonly long _made = Stopwatch.GetTimestamp();

    // Of the connection that was opened last; no other can serve an exchange.
    private ConnectionWatch _watch = new();

    public HttpLine(HttpLineKey key, Dialer dialer)
    {
        Key = key;
        _dialer = dialer;
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None, // inflated by who reads it, with a cap
            UseCookies = false,
            UseProxy = false, // a proxy would be an address that nobody checked
            Credentials = null,
            PreAuthenticate = false,
            MaxResponseHeadersLength = MaxHeaderKiB,
            MaxConnectionsPerServer = 1,
            MaxResponseDrainSize = 0,
            ActivityHeadersPropagator = null,

            // Who keeps the line looks after its age: no timer for each.
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.None, // the system's choice
                CertificateRevocationCheckMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => _watch.Judge(certificate, chain, errors),
            },
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = (context, _) =>
            {
                _watch.Agreed(context.PlaintextStream as SslStream);
                return ValueTask.FromResult(context.PlaintextStream);
            },
        };
        _client = new HttpMessageInvoker(_handler, disposeHandler: true);
    }

    public HttpLineKey Key { get; }

    /// <summary>How long ago the line was made.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_made);

    /// <summary>What is known of the connection; null where none is open yet.</summary>
    public HttpConnectionFacts? Facts => _watch.Facts;

    /// <summary>Sends a request and waits for the answer's head.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpFetch fetch, CancellationToken cancellation)
    {
        using HttpRequestMessage request = CreateRequest(fetch);
        return await _client.SendAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage CreateRequest(HttpFetch fetch)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, fetch.Url) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("User-Agent", fetch.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        if (!fetch.KeepOpen)
            request.Headers.ConnectionClose = true;

        // A user name in a tracker's URL goes to that server only: a redirect is another fetch with another URL (H4).
        if (fetch.Url.UserInfo.Length > 0)
        {
            byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(fetch.Url.UserInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        ConnectionWatch watch = _watch = new ConnectionWatch();
        Socket socket = await _dialer.DialAsync(context.DnsEndPoint, Key.Addresses, Key.Family, cancellation).ConfigureAwait(false);
        watch.Connected((IPEndPoint)socket.RemoteEndPoint!);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
