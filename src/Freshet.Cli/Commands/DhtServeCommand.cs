using System.CommandLine;
using System.Globalization;
using Freshet.Cli.Dht;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet dht serve</c>: a node of the DHT, until Ctrl-C.</summary>
internal sealed class DhtServeCommand(GlobalOptions globals, Streams streams)
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(1);

    private readonly DhtFlags _flags = new();

    public Command Create()
    {
        Command serve = _flags.AddTo(new Command("serve", "Be a node of the DHT that answers others, until Ctrl-C"), hasTimeout: false);
        serve.SetAction((parsed, cancellationToken) => RunAsync(parsed, globals.Read(parsed, streams), cancellationToken));
        return serve;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(streams);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        await using DhtClient client = await DhtClient.StartAsync(_flags.Read(parsed, context) with { Serves = true }, stop.Token);
        DhtStatus status = await client.GetStatusAsync(stop.Token);
        if (context.Json)
            WriteEvent(context, "listening", client.Port, status);
        else
            context.Say(string.Create(CultureInfo.InvariantCulture, $"listening: port {client.Port}, node {status.IPv4?.Id ?? status.IPv6?.Id}"));
        try
        {
            await client.JoinAsync(stop.Token);
            await ReportAsync(client, context, "joined");
            while (true)
            {
                await Task.WhenAny(Task.Delay(ReportPeriod, stop.Token), client.Completion);
                stop.Token.ThrowIfCancellationRequested();

                // It ends only by a defect, which is told.
                if (client.Completion.IsCompleted)
                    await client.Completion;
                await ReportAsync(client, context, "numbers");
            }
        }
        catch (OperationCanceledException)
        {
            await ReportAsync(client, context, "ended");
            return ExitCode.Ok;
        }
    }

    private static async Task ReportAsync(DhtClient client, CommandContext context, string what)
    {
        DhtStatus status = await client.GetStatusAsync();
        if (context.Json)
        {
            WriteEvent(context, what, client.Port, status);
            return;
        }

        int swarms = (status.IPv4?.Swarms ?? 0) + (status.IPv6?.Swarms ?? 0);
        int items = (status.IPv4?.Items ?? 0) + (status.IPv6?.Items ?? 0);
        long asked = (status.IPv4?.QueriesIn ?? 0) + (status.IPv6?.QueriesIn ?? 0);
        context.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {Amounts.Count(status.Nodes, "node")} known, {Amounts.Count(swarms, "swarm")} and {Amounts.Count(items, "item")} kept, asked {asked} times"));
    }

    private static void WriteEvent(CommandContext context, string name, int port, DhtStatus status) => JsonText.WriteLine(context.Out, json =>
    {
        json.WriteStartObject();
        json.WriteString("event", name);
        json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("port", port);
        DhtJson.WriteNode(json, "ipv4", status.IPv4);
        DhtJson.WriteNode(json, "ipv6", status.IPv6);
        json.WriteEndObject();
    });
}
