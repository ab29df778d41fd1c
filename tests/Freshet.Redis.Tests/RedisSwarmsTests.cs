using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Redis.Tests;

public sealed partial class RedisSwarmsTests
{
    private const int Flood = 5000;

    // THREATS T7.
    [Fact]
    public async Task A_redis_that_names_more_peers_than_were_asked_for_is_not_believed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = FloodAsync(listener);
        Assert.True(RedisAddress.TryParse($"redis://{listener.LocalEndpoint}/0", out RedisAddress? address));
        await using (var client = new RedisClient(address))
        {
            await client.TriedOnce;
            Assert.True(client.IsConnected);
            var answered = new TaskCompletionSource<SharedSwarm?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var swarm = new InfoHash(new Sha1Hash(new byte[20]));
            new RedisSwarms(client, TimeSpan.FromSeconds(30)).Announce(new SharedAnnounce(swarm, default, SwarmRole.Leecher) { Wanted = 50 }, answered.SetResult);
            SharedSwarm? known = await answered.Task;
            Assert.NotNull(known);
            Assert.Equal(3 * 50, known.Peers.Count);
        }

        listener.Stop();
        await serving;
    }

    [GeneratedRegex(@"(?<=\r\n)(SELECT|ZREMRANGEBYSCORE|ZCARD|ZRANDMEMBER|GET)(?=\r\n)", RegexOptions.None, 1000)]
    private static partial Regex Command { get; }

    /// <summary>Answers a number to everything, and a crowd to whoever asks for members.</summary>
    private static async Task FloodAsync(TcpListener listener)
    {
        using Socket socket = await listener.AcceptSocketAsync();
        string crowd = $"*{Flood}\r\n" + string.Concat(Enumerable.Repeat("$6\r\nabcdef\r\n", Flood));
        byte[] received = new byte[64 * 1024];
        var text = new StringBuilder();
        int told = 0;
        while (await socket.ReceiveAsync(received) is var length and > 0)
        {
            MatchCollection commands = Command.Matches(text.Append(Encoding.ASCII.GetString(received, 0, length)).ToString());
            foreach (Match command in commands.Skip(told))
                await socket.SendAsync(Encoding.ASCII.GetBytes(command.Value switch { "SELECT" => "+OK\r\n", "ZRANDMEMBER" => crowd, _ => ":1\r\n" }));
            told = commands.Count;
        }
    }
}
