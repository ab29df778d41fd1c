using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Redis;
using Freshet.Tracker;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Serving;

/// <summary>A <c>freshet tracker serve</c> from its start to its exit code.</summary>
internal sealed class TrackerRun(TrackerOptions options, RedisAddress? redis, CommandContext context)
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(1);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using ILoggerFactory? log = Logging.Create(context);
        TrackerServer? server = null;
        using var signals = new StopSignals(context.Streams, onHangUp: () => server?.ReloadLists());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        RedisClient? client = redis is null ? null : new RedisClient(redis, onChange: TellOfRedis);
        await using IAsyncDisposable? closing = client;
        try
        {
            server = TrackerServer.Start(client is null ? options : options with { SharedSwarms = new RedisSwarms(client) }, log?.CreateLogger("Freshet.Tracker"));
        }
        catch (TrackerException e)
        {
            throw new CommandFailure(ExitCodeFor(e), e.Message, e.SocketError is null ? TroubleCodes.SourceUnreadable : TroubleCodes.CannotListen);
        }

        using (server)
        {
            foreach (string url in server.Endpoints.SelectMany(Urls))
                Say("listening", "url", url);
            await ReportAsync(server, stop.Token);
        }

        return ExitCode.Ok;
    }

    private static int ExitCodeFor(TrackerException error) => error.SocketError switch
    {
        SocketError.AddressAlreadyInUse => ExitCode.Conflict,
        SocketError.AccessDenied => ExitCode.Denied,
        null => ExitCode.SourceUnreadable,
        _ => ExitCode.Network,
    };

    private void TellOfRedis(string? trouble)
    {
        if (trouble is null)
            Say("redis", "state", "reachable again: swarms are shared");
        else
            context.Warn($"{trouble}. Announces are answered from this tracker's memory until it is back.");
    }

    private IEnumerable<string> Urls(IPEndPoint endpoint)
    {
        if (options.Http)
            yield return $"http://{endpoint}/announce";
        if (options.Udp)
            yield return $"udp://{endpoint}/announce";
    }

    // A line a minute while there is something to tell: a log for people and a series for programs.
    private async Task ReportAsync(TrackerServer server, CancellationToken stop)
    {
        TrackerStatistics before = server.Statistics();
        try
        {
            while (true)
            {
                await Task.Delay(ReportPeriod, stop);
                TrackerStatistics now = server.Statistics();
                if (now with { Uptime = before.Uptime } != before)
                    Report(now, before);
                before = now;
            }
        }
        catch (OperationCanceledException)
        {
            Report(server.Statistics(), new TrackerStatistics());
        }
    }

    private void Report(TrackerStatistics now, TrackerStatistics before)
    {
        long http = now.HttpAnnounces - before.HttpAnnounces, udp = now.UdpAnnounces - before.UdpAnnounces, scrapes = now.Scrapes - before.Scrapes;
        long refused = now.Refused + now.Limited + now.Malformed + now.Rejected - (before.Refused + before.Limited + before.Malformed + before.Rejected);
        if (!context.Json)
        {
            context.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{Amounts.Count(now.Torrents, "torrent")}, {Amounts.Count(now.Peers, "peer")}; announces: {http} over HTTP, {udp} over UDP; {Amounts.Count(scrapes, "scrape")}; {refused} refused"));
            return;
        }

        WriteEvent("numbers", json =>
        {
            json.WriteNumber("torrents", now.Torrents);
            json.WriteNumber("peers", now.Peers);
            json.WriteNumber("connections", now.Connections);
            json.WriteNumber("httpAnnounces", now.HttpAnnounces);
            json.WriteNumber("udpAnnounces", now.UdpAnnounces);
            json.WriteNumber("scrapes", now.Scrapes);
            json.WriteNumber("refused", now.Refused);
            json.WriteNumber("limited", now.Limited);
            json.WriteNumber("malformed", now.Malformed);
            json.WriteNumber("rejected", now.Rejected);
            json.WriteNumber("timedOut", now.TimedOut);
        });
    }

    private void Say(string what, string field, string value)
    {
        if (context.Json)
            WriteEvent(what, json => json.WriteString(field, value));
        else
            context.Say($"{what}: {value}");
    }

    private void WriteEvent(string name, Action<Utf8JsonWriter> fields)
    {
        JsonText.WriteLine(context.Out, json =>
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            fields(json);
            json.WriteEndObject();
        });
    }
}
