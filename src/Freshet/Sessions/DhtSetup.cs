using System.Net;
using Freshet.Abstractions;
using Freshet.Engine.Dht;
using Freshet.Engine.Session;
using Freshet.IO.Native;
using Microsoft.Extensions.Logging;

namespace Freshet.Sessions;

/// <summary>A session's options of the DHT as the engine takes them.</summary>
internal static class DhtSetup
{
    /// <summary>Null: no DHT.</summary>
    public static SessionDhtSettings? Of(ClientOptions options, IStateStore store, ILogger logger) => !options.Dht.IsOn
        ? null
        : new SessionDhtSettings
        {
            Node = new DhtSettings { IsReadOnly = options.Dht.IsReadOnly },
            Local = Local(options.BindAddress),
            Routers = Routers(options.Dht.Routers, options.BindAddress),
            Saved = Saved(store, logger),
            Signatures = Ed25519.Available,
        };

    /// <summary>A client's options as its nodes take them.</summary>
    public static SessionDhtSettings Of(DhtClientOptions options, IStateStore? store, ILogger logger) => new()
    {
        Node = new DhtSettings { IsReadOnly = !options.Serves },
        Local = Local(options.BindAddress),
        Named = Routers(options.Nodes, bind: null),
        Routers = Routers(options.Routers, options.BindAddress),
        Saved = store is null ? SavedNodes.None : Saved(store, logger),
        Signatures = Ed25519.Available,
    };

    /// <summary>Where to ask; from an address of this machine alone no name leads anywhere.</summary>
    public static IReadOnlyList<(string Host, int Port)> Routers(IReadOnlyList<EndPoint> routers, IPAddress? bind)
    {
        bool mayAskNames = bind is null || !IPAddress.IsLoopback(AddressRules.Unmapped(bind));
        return
        [
            .. routers.OfType<IPEndPoint>().Select(router => (router.Address.ToString(), router.Port)),
            .. routers.OfType<DnsEndPoint>().Where(_ => mayAskNames).Select(router => (router.Host, router.Port)),
        ];
    }

    private static IReadOnlyList<IPAddress> Local(IPAddress? bind) => bind is null ? [] : [AddressRules.Unmapped(bind)];

    private static SavedNodes Saved(IStateStore store, ILogger logger)
    {
        try
        {
            return store.LoadNodes();
        }
        catch (Exception error)
        {
            // Whatever a store throws: routers will do.
            logger.StateStoreWarning($"The nodes of the DHT of the last run cannot be read: {error.Message}");
            return SavedNodes.None;
        }
    }
}
