using System.Net.Sockets;

namespace Freshet.Redis;

/// <summary>
/// A client of Redis: one connection, commands pipelined on it, connected anew with growing pauses when it breaks. While there is no connection every command fails at
/// once: nothing waits for a Redis that is away, and nothing is sent twice. Thread-safe.
/// </summary>
public sealed class RedisClient : IAsyncDisposable
{
    private readonly RedisAddress _address;
    private readonly RedisClientOptions _options;
    private readonly Action<string?>? _onChange;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _triedOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private volatile RedisConnection? _connection;

    /// <summary>Begins to connect.</summary>
    /// <param name="address">Where Redis is.</param>
    /// <param name="options">Patience and limits.</param>
    /// <param name="onChange">Hears why Redis cannot be reached, once an outage, and null when it can be again. Must not wait.</param>
    public RedisClient(RedisAddress address, RedisClientOptions? options = null, Action<string?>? onChange = null)
    {
        _address = address;
        _options = options ?? new RedisClientOptions();
        _onChange = onChange;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Whether there is a connection.</summary>
    public bool IsConnected => _connection is not null;

    /// <summary>Done when the first attempt to connect has succeeded or failed.</summary>
    public Task TriedOnce => _triedOnce.Task;

    /// <summary>Sends commands together.</summary>
    /// <returns>A reply for each; refused ones are of <see cref="RespKind.Error"/>.</returns>
    /// <exception cref="RedisException">There is no connection, it broke, or Redis does not answer in time. The commands may have been carried out.</exception>
    public Task<RespValue[]> SendAsync(RedisBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _connection is { } connection
            ? connection.SendAsync(batch)
            : Task.FromException<RespValue[]>(new RedisException($"There is no connection to Redis at {_address}."));
    }

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _connection?.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        TimeSpan pause = _options.BackOff;
        bool isTold = false;
        while (!_stop.IsCancellationRequested)
        {
            string reason;
            try
            {
                RedisConnection connection;
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
                {
                    patience.CancelAfter(_options.ConnectTimeout);
                    connection = await RedisConnection.OpenAsync(_address, _options, patience.Token).ConfigureAwait(false);
                }

                _connection = connection;
                pause = _options.BackOff;
                if (isTold)
                    _onChange?.Invoke(null);
                isTold = false;
                _triedOnce.TrySetResult();
                if (_stop.IsCancellationRequested)
                    connection.Dispose();
                await connection.Closed.ConfigureAwait(false);
                _connection = null;
                reason = connection.Reason ?? "the connection broke";
            }
            catch (OperationCanceledException)
            {
                reason = "no answer";
            }
            catch (Exception e) when (e is SocketException or IOException or RedisException or System.Security.Authentication.AuthenticationException)
            {
                reason = e.Message;
            }

            _connection = null;
            if (_stop.IsCancellationRequested)
                break;
            if (!isTold)
                _onChange?.Invoke($"Redis at {_address} cannot be reached: {reason.TrimEnd('.')}");
            isTold = true;
            _triedOnce.TrySetResult();
            await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < _options.MaxBackOff ? pause * 2 : _options.MaxBackOff;
        }

        _triedOnce.TrySetResult();
    }
}
