using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;

namespace Freshet.Engine.Session;

/// <summary>A node of the DHT at one of our sockets, and when it is due.</summary>
internal sealed class LocalNode : IDhtEffects
{
    private readonly IEngineEffects _effects;
    private readonly Action<MonoTime> _called;
    private readonly Deadline _timer;

    public LocalNode(
        AddressFamily family,
        SessionDhtSettings settings,
        IEngineEffects effects,
        DeadlineQueue deadlines,
        SeededRandom random,
        ReadOnlySpan<byte> secret,
        Action<MonoTime> called,
        MonoTime now)
    {
        _effects = effects;
        _called = called;
        _timer = new Deadline(deadlines, Advance);
        IPAddress local = settings.Local.FirstOrDefault(address => address.AddressFamily == family)
            ?? (family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);
        Node = new DhtNode(local, SavedContacts.ReadId(settings.Saved, family, settings.Port), settings.Node, this, settings.Signatures, new SeededRandom(random.NextUInt64()), secret, now);
    }

    public DhtNode Node { get; }

    public Action<IPAddress>? AddressSeen { get; init; }

    /// <inheritdoc/>
    public void Send(in Datagram datagram) => _effects.SendDatagram(datagram);

    /// <inheritdoc/>
    void IDhtEffects.AddressSeen(IPAddress own) => AddressSeen?.Invoke(own);

    public void SetTimer() => _timer.Set(Node.NextDeadline);

    private void Advance(MonoTime now)
    {
        Node.Advance(now);
        _called(now);
    }
}
