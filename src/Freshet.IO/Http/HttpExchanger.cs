using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Freshet.Abstractions;
using Freshet.IO.Network;

namespace Freshet.IO.Http;

/// <summary>
/// Performs one HTTP exchange for each <see cref="HttpFetch"/>: no redirect followed, no cookie kept, no proxy taken from the environment, TLS always
/// verified (THREATS H3). Each exchange has a line of its own while it lasts (<see cref="HttpLine"/>); where more is to be asked of the same server soon, the line is kept for
/// a few seconds. Thread-safe; nothing is thrown, whatever a server does, and no text of an answer holds a part of the URL (H5).
/// </summary>
public sealed class HttpExchanger : IDisposable
{
    /// <summary>Exchanges at once. The engine keeps to 50 by itself; this holds where it would not.</summary>
    public const int MaxAtOnce = 64;

    /// <summary>Exchanges that wait for their turn; more are refused.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Framing and headers of gzip, and data that grows when compressed: what the raw body may have beyond the cap of the inflated one.</summary>
    private const int RawAllowance = 64 * 1024;

    /// <summary>How long a line is kept for the next exchange: longer than a session with many torrents pauses, shorter than what servers put up with.</summary>
    public static readonly TimeSpan LinePatience = TimeSpan.FromSeconds(5);

    private readonly HttpLines _lines;
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly CancellationTokenSource _stop = new();
    private int _count;

    /// <summary>Makes an exchanger.</summary>
    /// <param name="resolver">Looks names up; its owner disposes of it later.</param>
    /// <param name="bind">The only local address to connect from, or null.</param>
    /// <param name="linePatience">How long a line is kept for the next exchange; by default <see cref="LinePatience"/>.</param>
    public HttpExchanger(NameResolver resolver, IPAddress? bind = null, TimeSpan? linePatience = null)
        => _lines = new HttpLines(new Dialer(resolver, bind), linePatience ?? LinePatience);

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

        HttpLine? line = null;
        try
        {
            if (fetch.Url.Scheme != Uri.UriSchemeHttp && fetch.Url.Scheme != Uri.UriSchemeHttps)
                throw new ExchangeException("only http and https are spoken here");
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(fetch.Timeout);
            await _places.WaitAsync(limit.Token).ConfigureAwait(false);
            bool isDone = false;
            try
            {
                line = _lines.Take(HttpLineKey.Of(fetch));
                HttpFetchResult result = await ExchangeAsync(fetch, line, limit.Token).ConfigureAwait(false);
                isDone = true;
                return result;
            }
            finally
            {
                // Before the place is free, so that whoever gets it finds the line.
                if (isDone && fetch.KeepOpen)
                    _lines.Keep(line!);
                else
                    line?.Dispose();
                _places.Release();
            }
        }
        catch (Exception e)
        {
            return Failed(fetch, Explain(e, fetch, line?.Facts)) with { Connection = line?.Facts };
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Gives up what is under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _lines.Dispose();
    }

    private static HttpFetchResult Failed(HttpFetch fetch, string error) => new(fetch.Id, 0, null, default, null, error);

    private static string Explain(Exception e, HttpFetch fetch, HttpConnectionFacts? facts)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case ExchangeException own:
                    return own.Message;
                case AuthenticationException:
                    return facts?.Tls?.Trouble is { } trouble ? $"the server's certificate was not accepted: {trouble}" : "TLS failed";
                case OperationCanceledException:
                    return $"no whole answer within {fetch.Timeout.TotalSeconds:0.#} s";
                case InvalidDataException:
                    return "the answer's body is not valid gzip or deflate";
                case HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }:
                    return $"the answer's headers are longer than {HttpLine.MaxHeaderKiB} KiB";
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

    private async Task<HttpFetchResult> ExchangeAsync(HttpFetch fetch, HttpLine line, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await line.SendAsync(fetch, cancellation).ConfigureAwait(false);
        int status = (int)response.StatusCode;
        string? location = null;
        ReadOnlyMemory<byte> body = default;
        if (status is < 300 or >= 400)
            body = await ReadBodyAsync(response, fetch.MaxBytes, cancellation).ConfigureAwait(false);
        else if (response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values))
            location = values.ToString();
        return new HttpFetchResult(fetch.Id, status, location, body, line.Facts?.Remote.Address, null) { Connection = line.Facts };
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
