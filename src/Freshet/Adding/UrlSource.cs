using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Discovery;
using Freshet.IO.Http;
using Freshet.IO.Loop;
using Freshet.IO.Network;

namespace Freshet;

internal sealed class UrlSource : TorrentSource
{
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
        for (int redirects = 0; redirects <= RedirectRules.MaxRedirects; redirects++)
        {
            HttpFetchResult result = await exchanger.FetchAsync(
                new HttpFetch(redirects, url, UserAgent, MaxBytes, Timeout, policy)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Error is { } error)
                throw Failed(error);
            if (result.Status == (int)HttpStatusCode.OK)
                return result.Body;
            if (!RedirectRules.IsRedirect(result.Status))
                throw Failed($"the server answered {result.Status}");
            if (RedirectRules.Follow(url, result.Location, out Uri? next) is { } why)
                throw Failed(why);
            url = next!;

            // Whoever stands in the public net must not point us at a machine inside (THREATS H1).
            if (result.Remote is { } remote && AddressRules.Allows(AddressPolicy.GlobalOnly, remote))
                policy = AddressPolicy.GlobalOnly;
        }

        throw Failed($"the server redirects more than {RedirectRules.MaxRedirects} times");
    }

    private FreshetException Failed(string why) => new(
        FreshetError.Network, $"Cannot fetch the torrent {Description}: {why}. Check the URL, or fetch the file with a browser and give its path.");

    private static bool IsHttp(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;
}
