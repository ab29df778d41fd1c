using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>The addresses of tracker hosts: asked once for all who wait, remembered for a while.</summary>
public sealed class HostLookups
{
    /// <summary>How long addresses are remembered: short enough to follow a tracker that moves, long enough for a session of many torrents.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>Addresses of one name that are looked at; a name with more gains nothing by them.</summary>
    private const int MaxAddresses = 16;

    private readonly IEngineEffects _effects;
    private readonly Dictionary<string, Lookup> _byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<long, Lookup> _byId = [];
    private long _lastId;

    /// <summary>Starts with nothing known.</summary>
    public HostLookups(IEngineEffects effects) => _effects = effects;

    /// <summary>Receives the addresses, or none and what went wrong.</summary>
    public delegate void Found(IReadOnlyList<IPAddress> addresses, string? error, MonoTime now);

    /// <summary>Finds the addresses of a host: at once where they are known or written out, else when the answer comes.</summary>
    public void Find(string host, Found found, MonoTime now)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            found([literal], null, now);
            return;
        }

        if (!_byHost.TryGetValue(host, out Lookup? lookup))
            _byHost.Add(host, lookup = new Lookup(host));
        if (lookup.Addresses.Count > 0 && now < lookup.Until)
        {
            found(lookup.Addresses, null, now);
            return;
        }

        lookup.Waiting.Add(found);
        if (lookup.Waiting.Count > 1)
            return;
        long id = ++_lastId;
        _byId.Add(id, lookup);
        _effects.Resolve(new ResolveRequest(id, host));
    }

    /// <summary>Takes an answer.</summary>
    public void Handle(ResolveResult result, MonoTime now)
    {
        if (!_byId.Remove(result.Id, out Lookup? lookup))
            return;
        lookup.Addresses = [.. result.Addresses.Take(MaxAddresses)];
        lookup.Until = now + Kept;
        Found[] waiting = [.. lookup.Waiting];
        lookup.Waiting.Clear();
        string? error = lookup.Addresses.Count > 0 ? null : $"the name {lookup.Host} cannot be resolved: {result.Error ?? "no address"}";
        if (error is not null)
            _byHost.Remove(lookup.Host);
        foreach (Found found in waiting)
            found(lookup.Addresses, error, now);
    }

    private sealed class Lookup(string host)
    {
        public string Host => host;

        public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

        public MonoTime Until { get; set; }

        public List<Found> Waiting { get; } = [];
    }
}
