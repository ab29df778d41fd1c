using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Network;

/// <summary>Hosts at addresses, lines between them, streams and datagrams, names, cuts.</summary>
public sealed class SimNetwork
{
    private static readonly TimeSpan RetransmitAfter = TimeSpan.FromMilliseconds(200);

    private readonly SimWorld _world;
    private readonly SeededRandom _random;
    private readonly Dictionary<IPAddress, (ISimHost Host, SimLink Link)> _hosts = [];
    private readonly Dictionary<string, IPAddress> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Cut> _cuts = [];
    private readonly List<SimStream> _streams = [];
    private int _ephemeral = 32768;
    private int _forgetAt;

    /// <summary>Makes an empty network.</summary>
    public SimNetwork(SimWorld world)
    {
        _world = world;
        _random = world.Fork();
    }

    /// <summary>Puts a host at an address.</summary>
    public void Add(IPAddress address, ISimHost host, SimLinkSettings link) => _hosts[address] = (host, new SimLink(link));

    /// <summary>Takes a host away: its streams break, nothing reaches it.</summary>
    public void Remove(IPAddress address)
    {
        _hosts.Remove(address);
        foreach (SimStream stream in _streams.Where(stream => stream.Local.Address.Equals(address) || stream.Remote.Address.Equals(address)).ToArray())
            stream.Reset();
        _streams.RemoveAll(static stream => stream.IsClosed);
    }

    /// <summary>Gives a name to an address.</summary>
    public void Name(string name, IPAddress address) => _names[name] = address;

    /// <summary>Looks a name up; literals are themselves.</summary>
    public IPAddress? Resolve(string name)
        => IPAddress.TryParse(name, out IPAddress? literal) ? literal : _names.GetValueOrDefault(name);

    /// <summary>Cuts two groups of addresses off from each other, until the returned action heals it.</summary>
    public Action Partition(IReadOnlyCollection<IPAddress> one, IReadOnlyCollection<IPAddress> other)
    {
        var cut = new Cut([.. one], [.. other]);
        _cuts.Add(cut);
        return () => _cuts.Remove(cut);
    }

    /// <summary>Connects; the answer is a stream, or null when refused, unreachable or cut off.</summary>
    public void Connect(IPAddress from, IPEndPoint to, Func<SimStream, ISimStreamReceiver?> connected, Action<bool> failed)
    {
        TimeSpan roundTrip = (Latency(from) + Latency(to.Address)) * 2;
        if (!_hosts.ContainsKey(to.Address) || IsCut(from, to.Address))
        {
            // Nobody is there to refuse: the connecting side gives up by itself.
            _world.After(TimeSpan.FromSeconds(20), () => failed(false));
            return;
        }

        _world.After(roundTrip, () =>
        {
            if (!_hosts.TryGetValue(to.Address, out (ISimHost Host, SimLink Link) target) || !_hosts.ContainsKey(from))
            {
                failed(false);
                return;
            }

            var local = new IPEndPoint(from, _ephemeral++);
            if (_ephemeral > 60999)
                _ephemeral = 32768;
            var near = new SimStream(this, _world, local, to);
            var far = new SimStream(this, _world, to, local);
            SimStream.Join(near, far);
            if (target.Host.Accept(far, local, to.Port) is not { } receiver)
            {
                failed(true);
                return;
            }

            ForgetClosed();
            _streams.Add(near);
            far.Attach(receiver);
            if (connected(near) is { } mine)
                near.Attach(mine);
            else
                near.Close();
        });
    }

    /// <summary>Sends a datagram; it may get lost, overtaken or doubled.</summary>
    public void Send(IPEndPoint from, Datagram datagram)
    {
        if (IsCut(from.Address, datagram.Remote.Address) || Lost(from.Address) || Lost(datagram.Remote.Address))
            return;
        byte[] bytes = datagram.Bytes.ToArray();
        SimLinkSettings? line = _hosts.TryGetValue(from.Address, out (ISimHost Host, SimLink Link) sender) ? sender.Link.Settings : null;
        int copies = line is not null && _random.Chance(line.Duplicate) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            TimeSpan delay = Latency(from.Address) + Latency(datagram.Remote.Address);
            if (line is not null && _random.Chance(line.Reorder))
                delay += TimeSpan.FromMilliseconds(_random.Next(50));
            _world.After(delay, () =>
            {
                if (_hosts.TryGetValue(datagram.Remote.Address, out (ISimHost Host, SimLink Link) target))
                    target.Host.Receive(new Datagram(from, bytes));
            });
        }
    }

    /// <summary>The way from one host to another and back.</summary>
    public TimeSpan RoundTrip(IPAddress one, IPAddress other) => (Latency(one) + Latency(other)) * 2;

    /// <summary>Whether a host at one address can get one of these pieces from another: it is there, has it, answers, and nothing is cut.</summary>
    public bool IsOffered(IPAddress one, IPAddress other, InfoHashes torrent, Bitfield missing)
        => _hosts.TryGetValue(other, out (ISimHost Host, SimLink Link) host) && !IsCut(one, other) && host.Host.Offers(torrent, missing);

    /// <summary>Not with each connection: a large swarm makes as many as there are.</summary>
    private void ForgetClosed()
    {
        if (_streams.Count < _forgetAt)
            return;
        _streams.RemoveAll(static stream => stream.IsClosed);
        _forgetAt = Math.Max(64, 2 * _streams.Count);
    }

    internal int SendBuffer(IPAddress address)
        => _hosts.TryGetValue(address, out (ISimHost Host, SimLink Link) host) ? host.Link.Settings.SendBuffer : new SimLinkSettings().SendBuffer;

    internal bool IsCut(IPEndPoint one, IPEndPoint other) => IsCut(one.Address, other.Address);

    internal MonoTime Arrival(SimStream from, int bytes)
    {
        MonoTime left = _hosts.TryGetValue(from.Local.Address, out (ISimHost Host, SimLink Link) sender) ? sender.Link.SendBy(_world.Now, bytes) : _world.Now;
        MonoTime arrived = left + Latency(from.Local.Address) + Latency(from.Remote.Address);
        while (Lost(from.Local.Address) || Lost(from.Remote.Address))
            arrived += RetransmitAfter;
        return arrived;
    }

    /// <summary>
    /// When bytes that reach a host's line at this moment have come in. Asked when they do: what a slow sender has still to send must not keep the line from others.
    /// </summary>
    internal MonoTime Received(IPAddress by, int bytes)
        => _hosts.TryGetValue(by, out (ISimHost Host, SimLink Link) receiver) ? receiver.Link.ReceiveBy(_world.Now, bytes) : _world.Now;

    private bool IsCut(IPAddress one, IPAddress other)
        => _cuts.Exists(cut => (cut.One.Contains(one) && cut.Other.Contains(other)) || (cut.One.Contains(other) && cut.Other.Contains(one)));

    private TimeSpan Latency(IPAddress address)
        => _hosts.TryGetValue(address, out (ISimHost Host, SimLink Link) host) ? host.Link.Settings.Latency : TimeSpan.Zero;

    private bool Lost(IPAddress address)
        => _hosts.TryGetValue(address, out (ISimHost Host, SimLink Link) host) && host.Link.Settings.Loss > 0 && _random.Chance(host.Link.Settings.Loss);

    private sealed record Cut(HashSet<IPAddress> One, HashSet<IPAddress> Other);
}
