using System.CommandLine;
using System.Net;
using Freshet.Cli.Parsing;
using Freshet.Cli.Settings;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Dht;

/// <summary>The options that all verbs of <c>freshet dht</c> have in common: by whom the DHT is found, from which address, for how long.</summary>
internal sealed class DhtFlags
{
    /// <summary>Long enough for two tries of routers and a look-up behind them.</summary>
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    private readonly Option<EndPoint[]> _nodes = new("--node")
    {
        Description = "Begin with this node; may be repeated",
        HelpName = "HOST:PORT",
        CustomParser = result => ParsedAll<EndPoint>(result, "HOST:PORT", PeerText.TryParse),
    };

    private readonly Setting<EndPoint[]?> _routers = Routers();

    private readonly Setting<IPAddress?> _bind = new("--bind")
    {
        Description = "Use only this local address",
        HelpName = "ADDR",
        CustomParser = result => Parsed(result, "an IP address", (string text, out IPAddress? address) => IPAddress.TryParse(text, out address)),
    };

    private readonly Setting<int> _port = new("--listen-port")
    {
        Description = "The UDP port; 0: any that is free",
        HelpName = "N",
        CustomParser = result => ParsedNumber(result, 0, 65535) ?? 0,
    };

    private readonly Setting<string?> _stateDirectory = new("--state-dir") { Description = "Where nodes are remembered that have answered", HelpName = "DIR" };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = $"How long it may take in all, {DurationText.Help}; default: 30s",
        HelpName = "D",
        CustomParser = static result => ParsedDuration(result),
    };

    /// <summary>The option of sessions too: nodes by which the DHT is found.</summary>
    public static Setting<EndPoint[]?> Routers() => new("--dht-routers")
    {
        Description = "Nodes by which the DHT is found where no other leads into it, or none; may be repeated. Default: well-known ones",
        HelpName = "HOST:PORT|none",
        DefaultValueFactory = static _ => null,
        CustomParser = result => result.Tokens is [{ Value: "none" }] ? [] : ParsedAll<EndPoint>(result, "HOST:PORT or none", PeerText.TryParse),
    };

    public Command AddTo(Command command, bool hasTimeout = true)
    {
        foreach (Option option in (Option[])[_nodes, _routers, _bind, _port, _stateDirectory])
            command.Options.Add(option);
        if (hasTimeout)
            command.Options.Add(_timeout);
        return command;
    }

    public TimeSpan TimeoutOf(ParseResult parsed) => parsed.GetValue(_timeout) ?? UsualTimeout;

    public DhtClientOptions Read(ParseResult parsed, CommandContext context) => new()
    {
        BindAddress = parsed.GetValue(_bind),
        Port = parsed.GetValue(_port),
        Nodes = parsed.GetValue(_nodes) ?? [],
        Routers = parsed.GetValue(_routers) ?? DhtOptions.WellKnownRouters,
        StateDirectory = parsed.GetValue(_stateDirectory) ?? context.Streams.Folders.State,
    };
}
