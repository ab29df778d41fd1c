using System.CommandLine;
using System.Globalization;
using System.Net;
using Freshet.Cli.Dht;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;
using Freshet.Core;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet dht</c>: asks the DHT, without a session.</summary>
internal sealed class DhtCommand
{
    private readonly DhtFlags _flags = new();
    private readonly DhtAsker _asker;
    private readonly GlobalOptions _globals;
    private readonly Streams _streams;

    private readonly Argument<EndPoint[]> _pinged = new("NODE")
    {
        Description = "Nodes, as HOST:PORT",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Argument<InfoHash?> _point = Point("ID", "The point to look around, 40 hex digits; none: a random one", ArgumentArity.ZeroOrOne);
    private readonly Argument<string> _swarm = new("TORRENT|HASH") { Description = "An info-hash, a magnet link, or a torrent that is not private" };
    private readonly Option<bool> _count = new("--count") { Description = "Count the peers in place of naming them (BEP 33)" };

    private readonly Option<int> _peerPort = new("--port")
    {
        Description = "The TCP port of the peer that is announced",
        HelpName = "N",
        Required = true,
        CustomParser = result => ParsedNumber(result, 1, 65535) ?? 0,
    };

    private readonly Option<bool> _isSeed = new("--seed") { Description = "Say that it has all of the torrent (BEP 33)" };

    public DhtCommand(GlobalOptions globals, Streams streams)
    {
        _globals = globals;
        _streams = streams;
        _asker = new DhtAsker(_flags, globals, streams);
    }

    public Command Create()
    {
        Command ping = _flags.AddTo(new Command("ping", "Ask nodes whether they are there") { _pinged });
        ping.SetAction(PingAsync);
        Command findNode = _flags.AddTo(new Command("find-node", "Find the nodes nearest to a point") { _point });
        findNode.SetAction(FindNodeAsync);
        Command getPeers = _flags.AddTo(new Command("get-peers", "Find the peers of a torrent") { _swarm, _count });
        getPeers.SetAction(GetPeersAsync);
        Command announce = _flags.AddTo(new Command("announce", "Tell the DHT that this machine has a peer of a torrent") { _swarm, _peerPort, _isSeed });
        announce.SetAction(AnnounceAsync);
        Command sample = _flags.AddTo(new Command("sample", "Ask nodes which torrents they know peers of (BEP 51)") { _point });
        sample.SetAction(SampleAsync);
        Command stats = _flags.AddTo(new Command("stats", "Find the way into the DHT, and show what a node of ours is like there"));
        stats.SetAction(StatsAsync);
        return new Command("dht", "Ask the DHT, or be a node of it")
        {
            ping,
            findNode,
            getPeers,
            announce,
            new DhtItemCommands(_flags, _asker).Get(),
            new DhtItemCommands(_flags, _asker).Put(),
            sample,
            stats,
            new DhtServeCommand(_globals, _streams).Create(),
        };
    }

    private static Argument<InfoHash?> Point(string name, string description, ArgumentArity arity) => new(name)
    {
        Description = description,
        Arity = arity,
        CustomParser = result =>
        {
            if (result.Tokens is [{ Value: var text }] && InfoHash.TryParse(text, out InfoHash point))
                return point;
            result.AddError($"{name} takes 40 hex digits, not '{string.Join(' ', result.Tokens)}'.");
            return null;
        },
    };

    private static bool ShowNodes(CommandContext context, DhtLookup result)
    {
        if (!context.Quiet && result.Closest.Count > 0)
            TextTable.Write(context.Out, [["ID", "NODE"], .. result.Closest.Select(node => new[] { node.Id, node.Endpoint.ToString() })]);
        return result.Answered > 0;
    }

    private Task<int> PingAsync(ParseResult parsed, CancellationToken cancellationToken) => _asker.RunAsync(
        parsed,
        async (client, stop) => (await Task.WhenAll(parsed.GetRequiredValue(_pinged).Select(node => client.PingAsync(node, stop)))).SelectMany(one => one).ToArray(),
        (context, pings) =>
        {
            if (context.Json)
            {
                JsonText.WriteDocument(context.Out, json =>
                {
                    json.WriteStartArray();
                    foreach (DhtPing ping in pings)
                    {
                        json.WriteStartObject();
                        json.WriteString("node", ping.Endpoint.ToString());
                        json.WriteString("id", ping.Id);
                        if (ping.RoundTrip is { } time)
                            json.WriteNumber("milliseconds", Math.Round(time.TotalMilliseconds, 1));
                        else
                            json.WriteNull("milliseconds");
                        json.WriteString("version", ping.Version);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
            }
            else
            {
                TextTable.Write(
                    context.Out,
                    [
                        ["NODE", "TIME", "VERSION", "ID"],
                        .. pings.Select(ping => new[]
                        {
                            ping.Endpoint.ToString(),
                            ping.RoundTrip?.TotalMilliseconds.ToString("0.0 'ms'", CultureInfo.InvariantCulture) ?? "-",
                            ping.Version ?? "-",
                            ping.Id ?? "(no answer)",
                        }),
                    ]);
            }

            return pings.Any(ping => ping.RoundTrip is not null);
        },
        cancellationToken);

    private Task<int> FindNodeAsync(ParseResult parsed, CancellationToken cancellationToken) => _asker.AskAsync(
        parsed,
        (client, stop) => client.FindNodesAsync(parsed.GetValue(_point), stop),
        ShowNodes,
        static (_, _) => { },
        cancellationToken);

    private async Task<int> GetPeersAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        InfoHash swarm = await SwarmAsync(parsed, cancellationToken);
        bool counts = parsed.GetValue(_count);
        return await _asker.AskAsync(
            parsed,
            (client, stop) => counts ? client.CountPeersAsync(swarm, stop) : client.FindPeersAsync(swarm, cancellationToken: stop),
            (context, peers) =>
            {
                foreach (IPEndPoint peer in peers.Peers)
                    context.Say(peer.ToString());
                if (counts)
                    context.Say(string.Create(CultureInfo.InvariantCulture, $"about {peers.Seeds} with all of it, {peers.Downloaders} that lack something"));
                return counts ? peers.Answered > 0 : peers.Peers.Count > 0;
            },
            (json, peers) =>
            {
                DhtJson.WriteEndpoints(json, "peers", peers.Peers);
                JsonText.WriteOptional(json, "seeds", peers.Seeds);
                JsonText.WriteOptional(json, "downloaders", peers.Downloaders);
            },
            cancellationToken);
    }

    private async Task<int> AnnounceAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        InfoHash swarm = await SwarmAsync(parsed, cancellationToken);
        return await _asker.AskAsync(
            parsed,
            (client, stop) => client.AnnounceAsync(swarm, parsed.GetValue(_peerPort), parsed.GetValue(_isSeed), stop),
            (context, peers) =>
            {
                ShowNodes(context, peers);
                return peers.Stored > 0;
            },
            (json, peers) => DhtJson.WriteEndpoints(json, "peers", peers.Peers),
            cancellationToken);
    }

    private Task<int> SampleAsync(ParseResult parsed, CancellationToken cancellationToken) => _asker.AskAsync(
        parsed,
        (client, stop) => client.SampleAsync(parsed.GetValue(_point), stop),
        (context, samples) =>
        {
            foreach (InfoHash swarm in samples.Swarms)
                context.Say(swarm.ToString());
            return samples.Answered > 0;
        },
        (json, samples) =>
        {
            json.WriteNumber("known", samples.Known);
            json.WriteStartArray("swarms");
            foreach (InfoHash swarm in samples.Swarms)
                json.WriteStringValue(swarm.ToString());
            json.WriteEndArray();
        },
        cancellationToken);

    private Task<int> StatsAsync(ParseResult parsed, CancellationToken cancellationToken) => _asker.RunAsync(
        parsed,
        async (client, stop) =>
        {
            await client.JoinAsync(stop);

            // A look around, so that there is a table to show.
            await client.FindNodesAsync(cancellationToken: stop);
            return await client.GetStatusAsync(stop);
        },
        (context, status) =>
        {
            DhtStatsText.Write(context, status);
            return status.Nodes > 0;
        },
        cancellationToken);

    private async Task<InfoHash> SwarmAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string text = parsed.GetRequiredValue(_swarm);
        if (MagnetLink.IsMeant(text.Trim()) && !File.Exists(text))
            return Sources.Link(text).Hashes.Primary;
        Metainfo torrent = await Sources.Open(text, _streams).LoadAsync(cancellationToken);
        return torrent.IsPrivate
            ? throw new CommandFailure(ExitCode.Usage, $"{TerminalText.Escape(torrent.Name)} is private: the DHT must not know of it (BEP 27).")
            : torrent.Hashes.Primary;
    }
}
