namespace Freshet;

internal sealed class UrlSource : TorrentSource
{
    private readonly Uri _url;

    public UrlSource(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("A torrent's URL begins with http:// or https://.", nameof(url));
        _url = url;
    }

    public override string Description => _url.ToString();

    public override Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException(_url.ToString());
}
