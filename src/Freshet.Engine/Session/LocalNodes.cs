using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Discovery;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Session;

/// <summary>
/// Our nodes of the DHT, one for each address family that we have a socket of, and their way in: their deadlines are among others in one heap, and who calls a node says
/// <see cref="Called"/> after it.
/// </summary>
public sealed class LocalNodes
{
    private readonly List<LocalNode> _nodes = [];
    private readonly DhtEntry _entry;
    private bool _wasIn;

    /// <summary>Makes them.</summary>
    /// <param name="effects">Where datagrams go.</param>
    /// <param name="deadlines">What wakes them.</param>
    /// <param name="lookups">Looks names of routers up.</param>
    /// <param name="settings">What they may do, and whom they begin with.</param>
    /// <param name="families">The families of our sockets.</param>
    /// <param name="random">The source of every random choice.</param>
    /// <param name="secret">At least 16 secret random bytes.</param>
    /// <param name="now">The time.</param>
    public LocalNodes(
        IEngineEffects effects,
        DeadlineQueue deadlines,
        HostLookups lookups,
        SessionDhtSettings settings,
        IReadOnlyList<AddressFamily> families,
        SeededRandom random,
        ReadOnlySpan<byte> secret,
        MonoTime now)
    {
        foreach (AddressFamily family in families)
        {
            var local = new LocalNode(family, settings, effects, deadlines, random, secret, Called, now) { AddressSeen = own => AddressSeen?.Invoke(own) };
            _nodes.Add(local);
            All.Add(local.Node);
        }

        _entry = new DhtEntry(lookups, deadlines, settings.Routers, () => IsIn, Routed);
        Settings = settings;
    }

    /// <summary>What they may do, and whom they began with.</summary>
    public SessionDhtSettings Settings { get; }

    /// <summary>The nodes as one, for questions.</summary>
    public DhtNodes All { get; } = new();

    /// <summary>Whether any of them knows nodes that have answered.</summary>
    public bool IsIn => _nodes.Exists(static local => local.Node.Table.Count > 0);

    /// <summary>Called when <see cref="IsIn"/> has become true.</summary>
    public Action<MonoTime>? CameIn { get; set; }

    /// <summary>Called when most of those who answer one of them see us at this address (BEP 42): each network has one voice.</summary>
    public Action<IPAddress>? AddressSeen { get; set; }

    /// <summary>Finds the way in.</summary>
    public void Begin(MonoTime now)
    {
        bool hasSaved = false;
        foreach (LocalNode local in _nodes)
        {
            NodeContact[] saved = SavedContacts.Read(Settings.Saved, local.Node.AddressFamily);
            hasSaved |= saved.Length > 0;
            if (saved.Length > 0)
                local.Node.Bootstrap(saved, [], now);
        }

        _entry.Named(Settings.Named, now);
        _entry.Begin(hasSaved || Settings.Named.Count > 0, now);
        Called(now);
    }

    /// <summary>The node of a family, or null.</summary>
    public DhtNode? Of(AddressFamily family) => _nodes.Find(local => local.Node.AddressFamily == family)?.Node;

    /// <summary>A message of the DHT came in.</summary>
    public void Handle(in Datagram datagram, MonoTime now)
    {
        if (Of(AddressRules.Unmapped(datagram.Remote.Address).AddressFamily) is not { } node)
            return;
        node.Handle(datagram, now);
        Called(now);
    }

    /// <summary>Somebody names nodes: a torrent file, or a user. Their names are looked up.</summary>
    public void Named(IReadOnlyList<(string Host, int Port)> nodes, MonoTime now) => _entry.Named(nodes, now);

    /// <summary>A peer has a node.</summary>
    public void Told(IPEndPoint node, MonoTime now)
    {
        Of(AddressRules.Unmapped(node.Address).AddressFamily)?.AddNode(node, now);
        Called(now);
    }

    /// <summary>Nodes were called: what they are due for next may be another time.</summary>
    public void Called(MonoTime now)
    {
        foreach (LocalNode local in _nodes)
            local.SetTimer();
        if (IsIn == _wasIn)
            return;
        _wasIn = !_wasIn;
        if (_wasIn)
            CameIn?.Invoke(now);
        else
            _entry.Lost(now);
    }

    /// <summary>Nodes that answer now and our own ids, for the next run.</summary>
    public SavedNodes Export() => new(
        SavedContacts.Write(Of(AddressFamily.InterNetwork), Settings.Port), SavedContacts.Write(Of(AddressFamily.InterNetworkV6), Settings.Port));

    private void Routed(IPEndPoint router, MonoTime now)
    {
        Of(router.AddressFamily)?.Bootstrap([], [router], now);
        Called(now);
    }
}
