using System.Net;
using Freshet.Abstractions;

namespace Freshet.Cli.Demo;

/// <summary>A seeder of the demo: a whole session of its own, announced to the demo's tracker, with the weakness that its behaviour asks for.</summary>
internal sealed class DemoSeeder : IAsyncDisposable
{
    private readonly BitTorrentClient _client;
    private readonly CancellationTokenSource _stop = new();
    private Task _leaving = Task.CompletedTask;

    private DemoSeeder(SeederBehaviour behaviour, BitTorrentClient client)
    {
        Behaviour = behaviour;
        _client = client;
        Endpoint = new IPEndPoint(IPAddress.Loopback, client.Snapshot().ListenPort ?? 0);
    }

    public SeederBehaviour Behaviour { get; }

    public IPEndPoint Endpoint { get; }

    /// <summary>Starts one.</summary>
    /// <param name="behaviour">What it is like.</param>
    /// <param name="content">What it gives.</param>
    /// <param name="source">The torrent.</param>
    /// <param name="folder">Where its state goes.</param>
    /// <param name="left">Told once, when it has left as its behaviour says.</param>
    /// <param name="stop">Ends the start.</param>
    public static async Task<DemoSeeder> StartAsync(
        SeederBehaviour behaviour, DemoContent content, TorrentSource source, string folder, Action<DemoSeeder> left, CancellationToken stop)
    {
        BitTorrentClient client = await BitTorrentClient.StartAsync(
            new ClientOptions
            {
                BindAddress = IPAddress.Loopback,
                StateDirectory = folder,
                Storage = new DemoStorage(content, behaviour.CorruptsEvery),
                Limits = new RateLimits { Normal = new TransferLimits { Up = behaviour.BytesPerSecond } },
            },
            stop);
        var seeder = new DemoSeeder(behaviour, client);
        try
        {
            Torrent torrent = (await client.AddAsync(source, new AddOptions { Directory = folder, Check = CheckMode.None }, stop)).Torrent;
            await torrent.WaitAsync(TorrentCondition.Complete, stop);
            if (behaviour.LeavesAfter is { } most)
                seeder._leaving = seeder.LeaveAsync(torrent, most, left);
        }
        catch
        {
            await seeder.DisposeAsync();
            throw;
        }

        return seeder;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _leaving;
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task LeaveAsync(Torrent torrent, long most, Action<DemoSeeder> left)
    {
        try
        {
            while (torrent.Status().Uploaded < most)
                await Task.Delay(TimeSpan.FromMilliseconds(100), _stop.Token);
            left(this);
            await _client.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // The demo is over before.
        }
    }
}
