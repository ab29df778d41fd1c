using System.Net;
using System.Reflection;
using Freshet.Core;

namespace Freshet;

/// <summary>Where a torrent comes from: a file, bytes, a stream, a URL, or a magnet link.</summary>
public abstract class TorrentSource
{
    /// <summary>The most bytes that a torrent file may have: 32 MiB, three times the largest honest one.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>What servers are told that we are.</summary>
    internal static readonly string UserAgent = "Freshet/" + (typeof(TorrentSource).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    private protected TorrentSource()
    {
    }

    /// <summary>The source in words for a message, secrets redacted.</summary>
    public abstract string Description { get; }

    /// <summary>The magnet link; null where the source has the torrent itself.</summary>
    public virtual MagnetLink? Magnet => null;

    /// <summary>A path of a file, an http or https URL, a magnet link, or an info-hash (in hexadecimal digits or base32) where no file is called so.</summary>
    /// <param name="text">The path, URL, link or hash.</param>
    /// <param name="bindAddress">The only local address to fetch a URL from, or null.</param>
    /// <exception cref="FreshetException">A magnet link cannot be used (<see cref="FreshetError.SourceInvalid"/>); the message says why.</exception>
    public static TorrentSource Parse(string text, IPAddress? bindAddress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (MagnetLink.IsMeant(text) && !File.Exists(text))
            return FromMagnet(text);
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? FromUrl(url, bindAddress)
            : FromFile(text);
    }

    /// <summary>A .torrent file.</summary>
    public static TorrentSource FromFile(string path) => new FileSource(path);

    /// <summary>The bytes of a .torrent file.</summary>
    /// <param name="bytes">The bytes; not copied.</param>
    /// <param name="description">What to call them in a message.</param>
    public static TorrentSource FromBytes(ReadOnlyMemory<byte> bytes, string description = "the given bytes") => new BytesSource(bytes, description);

    /// <summary>A stream with the bytes of a .torrent file, read to its end when the torrent is added, and left open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="description">What to call it in a message.</param>
    public static TorrentSource FromStream(Stream stream, string description = "the given stream") => new StreamSource(stream, description);

    /// <summary>An http or https URL of a .torrent file. Certificates are verified; at most five redirects, never from a public to a private address.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="bindAddress">The only local address to connect from, or null: <see cref="ClientOptions.BindAddress"/>.</param>
    /// <exception cref="ArgumentException">The URL has another scheme, or is relative.</exception>
    public static TorrentSource FromUrl(Uri url, IPAddress? bindAddress = null) => new UrlSource(url, bindAddress);

    /// <summary>A magnet link or an info-hash: the metadata comes from the torrent's peers.</summary>
    /// <exception cref="FreshetException">It cannot be used (<see cref="FreshetError.SourceInvalid"/>); the message says why.</exception>
    public static TorrentSource FromMagnet(string link)
    {
        try
        {
            return FromMagnet(MagnetLink.Parse(link));
        }
        catch (MagnetException error)
        {
            throw new FreshetException(FreshetError.SourceInvalid, error.Message, error);
        }
    }

    /// <summary>A magnet link: the metadata comes from the torrent's peers.</summary>
    public static TorrentSource FromMagnet(MagnetLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return new MagnetSource(link);
    }

    /// <summary>A torrent that was read before.</summary>
    public static TorrentSource FromMetainfo(Metainfo metainfo) => new MetainfoSource(metainfo);

    /// <summary>The bytes of the torrent file, unchecked.</summary>
    /// <exception cref="FreshetException">
    /// It cannot be read (<see cref="FreshetError.SourceUnreadable"/>, <see cref="FreshetError.Network"/>), as of a magnet link, or has more than <see cref="MaxBytes"/>.
    /// </exception>
    public abstract Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads and checks the whole torrent.</summary>
    /// <exception cref="FreshetException">
    /// It cannot be read (as <see cref="ReadAsync"/>), or is not a valid torrent (<see cref="FreshetError.SourceInvalid"/>); the message says what and where.
    /// </exception>
    public virtual async Task<Metainfo> LoadAsync(CancellationToken cancellationToken = default)
        => MetainfoReading.Read(await ReadAsync(cancellationToken).ConfigureAwait(false), Description);

    private protected static FreshetException TooLong(string description) => new(
        FreshetError.SourceInvalid, $"{description} is not a torrent file: it has more than {MaxBytes:N0} bytes.");
}
