using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Http;
using Freshet.IO.Loop;
using Freshet.IO.Network;

namespace Freshet;

internal sealed class UrlSource : TorrentSource
{
    /// <summary>Redirects in a row that are followed (THREATS H4).</summary>
    private const int MaxRedirects = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly Uri _url;
    private readonly IPAddress? _bind;

    public UrlSource(Uri url, IPAddress? bind)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || !IsHttp(url))
            throw new ArgumentException("A torrent's URL begins with http:// or https://.", nameof(url));
        _url = url;
        _bind = bind;
    }

    public override string Description => UrlSecrets.RedactUrl(_url.OriginalString);

    public override async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default)
    {
        using var resolver = new NameResolver(new MonoClock());
        using var exchanger = new HttpExchanger(resolver, _bind);
        using CancellationTokenRegistration giveUp = cancellationToken.Register(exchanger.Dispose);
        Uri url = _url;
        AddressPolicy policy = AddressPolicy.Any;
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            HttpFetchResult result = await exchanger.FetchAsync(
                new HttpFetch(redirects, url, UserAgent, MaxBytes, Timeout, policy)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Error is { } error)
                throw Failed(error);
            if (result.Status == (int)HttpStatusCode.OK)
                return result.Body;
            if (result.Status is not (301 or 302 or 303 or 307 or 308))
                throw Failed($"the server answered {result.Status}");
            url = Follow(url, result.Location);

            // Whoever stands in the public net must not point us at a machine inside (THREATS H1).
            if (result.Remote is { } remote && AddressRules.Allows(AddressPolicy.GlobalOnly, remote))
                policy = AddressPolicy.GlobalOnly;
        }

        throw Failed($"the server redirects more than {MaxRedirects} times");
    }

    private Uri Follow(Uri from, string? location)
    {
        if (location is null || !Uri.TryCreate(from, location, out Uri? next))
            throw Failed("the server redirects without saying where to");
        if (!IsHttp(next) || (from.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
            throw Failed($"the server redirects to {next.Scheme}:, which is not followed");
        return next;
    }

    private FreshetException Failed(string why) => new(
        FreshetError.Network, $"Cannot fetch the torrent {Description}: {why}. Check the URL, or fetch the file with a browser and give its path.");

    private static bool IsHttp(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;
}
