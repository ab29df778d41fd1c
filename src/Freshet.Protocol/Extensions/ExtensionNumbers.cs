using System.Net;
using Freshet.Abstractions;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Extensions;

/// <summary>The extensions that we speak and the numbers by which peers send them to us (BEP 10); they never change.</summary>
public static class ExtensionNumbers
{
    /// <summary>The handshake itself.</summary>
    public const byte Handshake = 0;

    /// <summary>BEP 11. The number that libtorrent and others use, though any would do.</summary>
    public const byte PeerExchange = 1;

    /// <summary>BEP 11's name.</summary>
    public const string PeerExchangeName = "ut_pex";

    /// <summary>BEP 9. The number that libtorrent uses.</summary>
    public const byte Metadata = 2;

    /// <summary>BEP 9's name.</summary>
    public const string MetadataName = "ut_metadata";

    /// <summary>BEP 54. The number that libtorrent and others use, though any would do.</summary>
    public const byte DontHave = 7;

    /// <summary>BEP 54's name.</summary>
    public const string DontHaveName = "lt_donthave";

    private static readonly Dictionary<string, byte> Private = new(StringComparer.Ordinal) { [DontHaveName] = DontHave, [MetadataName] = Metadata };

    private static readonly Dictionary<string, byte> Spoken = new(Private, StringComparer.Ordinal) { [PeerExchangeName] = PeerExchange };

    /// <summary>Our handshake: what we speak, who we are, how many requests we queue.</summary>
    /// <param name="listenPort">Where we listen, or null.</param>
    /// <param name="peerAddress">The peer's address as we see it, or null.</param>
    /// <param name="isUploadOnly">BEP 21: we download nothing more.</param>
    /// <param name="metadataSize">BEP 9: the size of the info dictionary, where we have it and give it.</param>
    /// <param name="exchangesPeers">Whether peers may be exchanged (BEP 11): not for private torrents.</param>
    public static ExtensionHandshake Announce(int? listenPort, IPAddress? peerAddress, bool isUploadOnly, int? metadataSize, bool exchangesPeers) => new()
    {
        Messages = exchangesPeers ? Spoken : Private,
        MetadataSize = metadataSize,
        ListenPort = listenPort,
        YourAddress = peerAddress,
        UploadOnly = isUploadOnly,
        Client = ClientName.Display,
        RequestQueue = WireLimits.RequestQueue,
    };
}
