using System.CommandLine;
using System.Text.Json;
using Freshet.Cli.Output;

namespace Freshet.Cli.Dht;

/// <summary>One question to the DHT from its start to its exit code: a client is started, finds its way in, asks, and shows what came.</summary>
internal sealed class DhtAsker(DhtFlags flags, GlobalOptions globals, Streams streams)
{
    /// <summary>Asks a question after there are nodes that have answered.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="ask">The question.</param>
    /// <param name="answer">Shows the answer for people, and says whether it is one: the exit code follows from it.</param>
    /// <param name="json">Shows the answer for programs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<int> AskAsync<T>(
        ParseResult parsed,
        Func<DhtClient, CancellationToken, Task<T>> ask,
        Func<CommandContext, T, bool> answer,
        Action<Utf8JsonWriter, T> json,
        CancellationToken cancellationToken)
        where T : DhtLookup
        => RunAsync(
            parsed,
            async (client, stop) =>
            {
                await client.JoinAsync(stop);
                return await ask(client, stop);
            },
            (context, result) =>
            {
                if (context.Json)
                {
                    JsonText.WriteDocument(context.Out, writer =>
                    {
                        writer.WriteStartObject();
                        DhtJson.WriteFields(writer, result);
                        json(writer, result);
                        writer.WriteEndObject();
                    });
                    return answer(context with { Quiet = true }, result);
                }

                bool isAnswered = answer(context, result);
                context.Say(DhtJson.Summary(result));
                return isAnswered;
            },
            cancellationToken);

    /// <summary>Runs something on a client, within the time of <c>--timeout</c>.</summary>
    public async Task<int> RunAsync<T>(
        ParseResult parsed, Func<DhtClient, CancellationToken, Task<T>> run, Func<CommandContext, T, bool> show, CancellationToken cancellationToken)
    {
        CommandContext context = globals.Read(parsed, streams);
        TimeSpan timeout = flags.TimeoutOf(parsed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(timeout);
        try
        {
            await using DhtClient client = await DhtClient.StartAsync(flags.Read(parsed, context), stop.Token);
            return show(context, await run(client, stop.Token)) ? ExitCode.Ok : ExitCode.Network;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailure(ExitCode.Network, $"the DHT has not answered within {timeout.TotalSeconds:0.#} s: give a node of it with --node, or more time with --timeout.");
        }
    }
}
