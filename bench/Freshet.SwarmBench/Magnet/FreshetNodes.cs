using System.Globalization;
using System.Net;

namespace Freshet.SwarmBench.Magnet;

/// <summary>Many nodes of the DHT in one process, as <c>freshet dht serve</c> is one: <c>nodes-freshet NETWORK COUNT PORT</c>. Says "ready" when all are in; ends with its input.</summary>
internal static class FreshetNodes
{
    public const string Verb = "nodes-freshet";

    public static async Task<int> RunAsync(string[] args)
    {
        int count = int.Parse(args[1], CultureInfo.InvariantCulture), port = int.Parse(args[2], CultureInfo.InvariantCulture);
        var nodes = new List<DhtClient>();
        for (int number = 1; number <= count; number++)
        {
            nodes.Add(await DhtClient.StartAsync(new DhtClientOptions
            {
                BindAddress = IPAddress.Parse($"{args[0]}.2.{number}"),
                Port = port,
                Serves = true,
                Nodes = [IPEndPoint.Parse($"{args[0]}.1.{number}:{port}")],
                Routers = [],
            }).ConfigureAwait(false));
        }

        await Task.WhenAll(nodes.Select(static node => node.JoinAsync())).ConfigureAwait(false);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync().ConfigureAwait(false);
        foreach (DhtClient node in nodes)
            await node.DisposeAsync().ConfigureAwait(false);
        return 0;
    }
}
