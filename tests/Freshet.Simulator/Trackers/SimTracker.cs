using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Trackers;

/// <summary>How a simulated tracker behaves; may be changed while it runs.</summary>
public enum SimTrackerMood
{
    /// <summary>It answers.</summary>
    Well,

    /// <summary>It does not answer at all.</summary>
    Silent,

    /// <summary>It answers, with a failure reason.</summary>
    Refusing,

    /// <summary>It answers with bytes that are no answer.</summary>
    Babbling,
}

/// <summary>
/// A tracker in the simulated network, over HTTP and UDP (BEP 3, 15, 23) at one address: a swarm's peers in the order in which they came. Its codec
/// is its own, so that it also checks ours.
/// </summary>
public sealed class SimTracker : ISimHost
{
    private const int MostPeers = 50;

    // More often nobody asks, but to say that something has happened.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(30);

    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly IPAddress _address;
    private readonly Dictionary<string, List<IPEndPoint>> _swarms = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Swarm, IPEndPoint Peer, bool Udp), MonoTime> _lastAsked = [];
    private readonly Dictionary<IPEndPoint, string> _lastDatagrams = [];

    /// <summary>Puts a tracker at an address.</summary>
    public SimTracker(SimWorld world, SimNetwork network, IPAddress address, SimLinkSettings? link = null)
    {
        _world = world;
        _network = network;
        _address = address;
        network.Add(address, this, link ?? new SimLinkSettings());
    }

    /// <summary>How it behaves.</summary>
    public SimTrackerMood Mood { get; set; }

    /// <summary>Whether whoever asks finds himself among the peers, as with many trackers.</summary>
    public bool NamesAsker { get; set; }

    /// <summary>Addresses that it names to everybody before those that have come to it.</summary>
    public IReadOnlyList<IPEndPoint> Listed { get; set; } = [];

    /// <summary>Seconds between announces that it asks for.</summary>
    public int Interval { get; set; } = 1800;

    /// <summary>Announces that came, silent ones counted.</summary>
    public int Announces { get; private set; }

    /// <summary>The announces that were answered well, in order: of which swarm, and when.</summary>
    public List<(string Swarm, MonoTime At)> Log { get; } = [];

    /// <summary>The announce events that came, in order; empty ones left out.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The peers of a swarm.</summary>
    public IReadOnlyList<IPEndPoint> Peers(InfoHash swarm) => _swarms.GetValueOrDefault(swarm.ToString()) ?? [];

    /// <summary>Answers an HTTP announce after the way there and back.</summary>
    public void Fetch(HttpFetch fetch, IPAddress from, Action<HttpFetchResult> answer)
    {
        Announces++;
        MindStorm(fetch.Url, from);
        if (Mood == SimTrackerMood.Silent)
        {
            _world.After(fetch.Timeout, () => answer(new HttpFetchResult(fetch.Id, 0, null, default, null, "the tracker did not answer in time")));
            return;
        }

        byte[] body = Mood switch
        {
            SimTrackerMood.Refusing => Encoding.ASCII.GetBytes("d14:failure reason11:not welcomee"),
            SimTrackerMood.Babbling => Encoding.ASCII.GetBytes("<html>busy</html>"),
            _ => Answer(Query(fetch.Url), from),
        };
        _world.After(_network.RoundTrip(from, _address), () => answer(new HttpFetchResult(fetch.Id, 200, null, body, _address, null)));
    }

    /// <inheritdoc/>
    public bool Offers(InfoHashes torrent, Bitfield missing) => false;

    /// <inheritdoc/>
    public ISimStreamReceiver? Accept(SimStream stream, IPEndPoint from, int port) => null;

    /// <inheritdoc/>
    public void Receive(Datagram datagram)
    {
        ReadOnlySpan<byte> request = datagram.Bytes.Span;
        if (request.Length < 16 || Mood == SimTrackerMood.Silent)
            return;
        int action = BinaryPrimitives.ReadInt32BigEndian(request[8..]);
        byte[] answer = action switch
        {
            _ when Mood == SimTrackerMood.Babbling => [1, 2, 3],
            _ when Mood == SimTrackerMood.Refusing => Udp(3, request[12..16], Encoding.ASCII.GetBytes("not welcome")),
            0 => Udp(0, request[12..16], [7, 7, 7, 7, 7, 7, 7, 7]),
            1 when request.Length >= 98 && request[..8].IndexOfAnyExcept((byte)7) < 0 => AnswerUdp(request, datagram.Remote),
            _ => [],
        };
        if (answer.Length > 0)
            _network.Send(new IPEndPoint(_address, 80), new Datagram(datagram.Remote, answer));
    }

    private static byte[] Udp(int action, ReadOnlySpan<byte> transaction, ReadOnlySpan<byte> rest)
    {
        byte[] packet = new byte[8 + rest.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, action);
        transaction.CopyTo(packet.AsSpan(4));
        rest.CopyTo(packet.AsSpan(8));
        return packet;
    }

    private static byte[] Compact(IEnumerable<IPEndPoint> peers, AddressFamily family)
    {
        var bytes = new List<byte>();
        foreach (IPEndPoint peer in peers.Where(peer => peer.AddressFamily == family))
        {
            bytes.AddRange(peer.Address.GetAddressBytes());
            bytes.Add((byte)(peer.Port >> 8));
            bytes.Add((byte)peer.Port);
        }

        return [.. bytes];
    }

    private byte[] AnswerUdp(ReadOnlySpan<byte> request, IPEndPoint from)
    {
        Announces++;
        string swarm = Convert.ToHexStringLower(request.Slice(16, 20));
        string happened = BinaryPrimitives.ReadInt32BigEndian(request[80..]) switch { 1 => "completed", 2 => "started", 3 => "stopped", _ => "" };
        var peer = new IPEndPoint(from.Address, BinaryPrimitives.ReadUInt16BigEndian(request[96..]));

        // The same request once more is no announce of its own: the way there loses some.
        string datagram = Convert.ToHexStringLower(request);
        if (_lastDatagrams.GetValueOrDefault(from) != datagram)
            MindStorm(swarm, peer, isUdp: true, happened);
        _lastDatagrams[from] = datagram;
        byte[] peers = Compact(Announce(swarm, peer, happened), from.AddressFamily);
        byte[] rest = new byte[12 + peers.Length];
        BinaryPrimitives.WriteInt32BigEndian(rest, Interval);
        peers.CopyTo(rest, 12);
        return Udp(1, request[12..16], rest);
    }

    private static Dictionary<string, string> Query(Uri url)
        => url.Query.TrimStart('?').Split('&')
            .Select(static pair => pair.Split('=', 2))
            .ToDictionary(static pair => pair[0], static pair => pair.Length > 1 ? pair[1] : "", StringComparer.Ordinal);

    private void MindStorm(Uri url, IPAddress from)
    {
        Dictionary<string, string> query = Query(url);
        var peer = new IPEndPoint(from, int.Parse(query["port"]));
        MindStorm(query["info_hash"], peer, isUdp: false, query.GetValueOrDefault("event", ""));
    }

    private void MindStorm(string swarm, IPEndPoint peer, bool isUdp, string happened)
    {
        if (happened.Length == 0 && _lastAsked.TryGetValue((swarm, peer, isUdp), out MonoTime last) && _world.Now - last < LeastInterval)
            throw new SimulationException(_world, $"{peer} announces again after {_world.Now - last}");
        _lastAsked[(swarm, peer, isUdp)] = _world.Now;
    }

    private byte[] Answer(Dictionary<string, string> query, IPAddress from)
    {
        byte[] hash = Unescape(query["info_hash"]);
        if (hash.Length != Sha1Hash.Length)
            return Encoding.ASCII.GetBytes("d14:failure reason13:bad info_hashe");
        var peer = new IPEndPoint(from, int.Parse(query["port"]));
        IPEndPoint[] peers = Announce(Convert.ToHexStringLower(hash), peer, query.GetValueOrDefault("event", ""));
        byte[] v4 = Compact(peers, AddressFamily.InterNetwork);
        byte[] v6 = Compact(peers, AddressFamily.InterNetworkV6);
        return [.. Encoding.ASCII.GetBytes($"d8:intervali{Interval}e5:peers{v4.Length}:"), .. v4, .. Encoding.ASCII.GetBytes($"6:peers6{v6.Length}:"), .. v6, (byte)'e'];
    }

    private IPEndPoint[] Announce(string swarm, IPEndPoint peer, string happened)
    {
        if (happened.Length > 0)
            Events.Add(happened);
        Log.Add((swarm, _world.Now));
        _world.Trace.Add(_world.Now, $"announce {peer} {happened}");
        if (!_swarms.TryGetValue(swarm, out List<IPEndPoint>? peers))
            _swarms[swarm] = peers = [];
        peers.Remove(peer);
        if (NamesAsker)
            peers.Add(peer);
        IPEndPoint[] answer = [.. Listed, .. peers.TakeLast(MostPeers)];
        peers.Remove(peer);
        if (happened != "stopped" && peer.Port != 0)
            peers.Add(peer);
        return answer;
    }

    private static byte[] Unescape(string text)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return [.. bytes];
    }
}
