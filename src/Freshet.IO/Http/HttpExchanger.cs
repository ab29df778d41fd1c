using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Freshet.Abstractions;
using Freshet.IO.Network;

namespace Freshet.IO.Http;

/// <summary>
/// Performs one HTTP exchange for each <see cref="HttpFetch"/>: no redirect followed, no cookie kept, no proxy taken from the environment, TLS always
/// verified (THREATS H3). Each exchange has a connection of its own, so that the address that answered is known for sure and a connection opened under one
/// address policy never serves another (H1). Thread-safe; nothing is thrown, whatever a server does, and no text of an answer holds a part of the URL (H5).
/// </summary>
public sealed class HttpExchanger : IDisposable
{
    /// <summary>Exchanges at once. The engine keeps to 50 by itself; this holds where it would not.</summary>
    public const int MaxAtOnce = 64;

    /// <summary>Exchanges that wait for their turn; more are refused.</summary>
    public const int MaxWaiting = 256;

    /// <summary>The status line and all headers of an answer, in KiB: B9.</summary>
    private const int MaxHeaderKiB = 32;

    /// <summary>Framing and headers of gzip, and data that grows when compressed: what the raw body may have beyond the cap of the inflated one.</summary>
    private const int RawAllowance = 64 * 1024;

    private readonly Dialer _dialer;
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly CancellationTokenSource _stop = new();
    private int _count;

    /// <summary>Makes an exchanger.</summary>
    /// <param name="resolver">Looks names up; its owner disposes of it later.</param>
    /// <param name="bind">The only local address to connect from, or null.</param>
    public HttpExchanger(NameResolver resolver, IPAddress? bind = null) => _dialer = new Dialer(resolver, bind);

    /// <summary>Performs an exchange.</summary>
    /// <param name="fetch">What to fetch, and the limits.</param>
    /// <param name="done">Called once with how it ended, on some thread of the pool.</param>
    public void Fetch(HttpFetch fetch, Action<HttpFetchResult> done) => _ = FetchThenAsync(fetch, done);

    /// <summary>Performs an exchange.</summary>
    /// <returns>How it ended; never faulted.</returns>
    public async Task<HttpFetchResult> FetchAsync(HttpFetch fetch)
    {
        // Not on the caller's thread, which is the engine's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (Interlocked.Increment(ref _count) > MaxAtOnce + MaxWaiting)
        {
            Interlocked.Decrement(ref _count);
            return Failed(fetch, "too many requests are waiting");
        }

        var watch = new ConnectionWatch();
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(fetch.Timeout);
            await _places.WaitAsync(limit.Token).ConfigureAwait(false);
            try
            {
                return await ExchangeAsync(fetch, watch, limit.Token).ConfigureAwait(false) with { Connection = watch.Facts };
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception e)
        {
            return Failed(fetch, Explain(e, fetch, watch)) with { Connection = watch.Facts };
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Gives up what is under way.</summary>
    public void Dispose() => _stop.Cancel();

    private static HttpFetchResult Failed(HttpFetch fetch, string error) => new(fetch.Id, 0, null, default, null, error);

    private static string Explain(Exception e, HttpFetch fetch, ConnectionWatch watch)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case ExchangeException own:
                    return own.Message;
                case AuthenticationException:
                    return watch.Facts?.Tls?.Trouble is { } trouble ? $"the server's certificate was not accepted: {trouble}" : "TLS failed";
                case OperationCanceledException:
                    return $"no whole answer within {fetch.Timeout.TotalSeconds:0.#} s";
                case InvalidDataException:
                    return "the answer's body is not valid gzip or deflate";
                case HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }:
                    return $"the answer's headers are longer than {MaxHeaderKiB} KiB";
                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }:
                    return "the answer is not HTTP";
                case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }:
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "the connection ended in the middle of the answer";
                case System.Net.Sockets.SocketException socket:
                    return $"the connection failed ({socket.SocketErrorCode})";
            }
        }

        // The runtime's own messages may quote the URL.
        return $"the request failed ({e.GetType().Name})";
    }

    private async Task FetchThenAsync(HttpFetch fetch, Action<HttpFetchResult> done)
        => done(await FetchAsync(fetch).ConfigureAwait(false));

    private async Task<HttpFetchResult> ExchangeAsync(HttpFetch fetch, ConnectionWatch watch, CancellationToken cancellation)
    {
        if (fetch.Url.Scheme != Uri.UriSchemeHttp && fetch.Url.Scheme != Uri.UriSchemeHttps)
            throw new ExchangeException("only http and https are spoken here");
        IPAddress? remote = null;
        using var handler = CreateHandler(watch);
        handler.ConnectCallback = async (context, connecting) =>
        {
            var socket = await _dialer.DialAsync(context.DnsEndPoint, fetch.Addresses, fetch.Family, connecting).ConfigureAwait(false);
            remote = watch.Connected((IPEndPoint)socket.RemoteEndPoint!);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        using HttpRequestMessage request = CreateRequest(fetch);
        using HttpResponseMessage response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
        int status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            string? location = response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
            return new HttpFetchResult(fetch.Id, status, location, default, remote, null);
        }

        ReadOnlyMemory<byte> body = await ReadBodyAsync(response, fetch.MaxBytes, cancellation).ConfigureAwait(false);
        return new HttpFetchResult(fetch.Id, status, null, body, remote, null);
    }

    private static SocketsHttpHandler CreateHandler(ConnectionWatch watch) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None, // inflated here, with a cap
        UseCookies = false,
        UseProxy = false, // a proxy would be an address that nobody checked
        Credentials = null,
        PreAuthenticate = false,
        MaxResponseHeadersLength = MaxHeaderKiB,
        MaxConnectionsPerServer = 1,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.None, // the system's choice
            CertificateRevocationCheckMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => watch.Judge(certificate, chain, errors),
        },
        PlaintextStreamFilter = (context, _) =>
        {
            watch.Agreed(context.PlaintextStream as SslStream);
            return ValueTask.FromResult(context.PlaintextStream);
        },
    };

    private static HttpRequestMessage CreateRequest(HttpFetch fetch)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, fetch.Url) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("User-Agent", fetch.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        request.Headers.ConnectionClose = true;

        // A user name in a tracker's URL goes to that server only: a redirect is another fetch with another URL (H4).
        if (fetch.Url.UserInfo.Length > 0)
        {
            byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(fetch.Url.UserInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > maxBytes + (long)RawAllowance)
            throw ExchangeException.TooLong(maxBytes);
        Stream raw = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);

        // The raw bytes are counted too: an endless stream of empty blocks inflates to nothing at all.
        using var counted = new CountingStream(raw, maxBytes + (long)RawAllowance, maxBytes);
        using Stream inflated = Inflate(counted, response.Content.Headers.ContentEncoding);
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            int read = await inflated.ReadAsync(body.GetMemory(4096), cancellation).ConfigureAwait(false);
            if (read == 0)
                return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > maxBytes)
                throw ExchangeException.TooLong(maxBytes);
        }
    }

    private static Stream Inflate(Stream raw, ICollection<string> encodings)
    {
        string encoding = encodings.Count switch
        {
            0 => "identity",
            1 => encodings.First().ToLowerInvariant(),
            _ => throw new ExchangeException("the answer is compressed more than once"),
        };
        return encoding switch
        {
            "identity" => raw,
            "gzip" or "x-gzip" => new GZipStream(raw, CompressionMode.Decompress),
            "deflate" => new ZLibStream(raw, CompressionMode.Decompress),
            _ => throw new ExchangeException("the answer is compressed in a way that was not asked for"),
        };
    }
}
