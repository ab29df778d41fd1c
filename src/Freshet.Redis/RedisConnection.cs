using System.Net.Security;
using System.Net.Sockets;

namespace Freshet.Redis;

/// <summary>One connection: batches go out in the order in which they came, replies come back in the same.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly Stream _stream;
    private readonly RedisClientOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<Pending> _pending = new();
    private readonly SemaphoreSlim _hasOutput = new(0, 1);
    private readonly CancellationTokenSource _end = new();
    private MemoryStream _output = new();
    private Exception? _failure;

    private RedisConnection(Stream stream, RedisClientOptions options)
    {
        _stream = stream;
        _options = options;
    }

    /// <summary>Connects and says who we are.</summary>
    public static async Task<RedisConnection> OpenAsync(RedisAddress address, RedisClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        RedisConnection? connection = null;
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (address.UsesTls)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, cancellationToken).ConfigureAwait(false);
            }

            connection = new RedisConnection(stream, options);
            connection.Closed = connection.RunAsync();
            var hello = new RedisBatch().Add("SELECT", address.Database);
            if (address.Password is { } password)
            {
                hello = address.User is { } user ? new RedisBatch().Add("AUTH", user, password) : new RedisBatch().Add("AUTH", password);
                hello.Add("SELECT", address.Database);
            }

            foreach (RespValue reply in await connection.SendAsync(hello).WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                if (reply.Kind == RespKind.Error)
                    throw new RedisException($"Redis refuses us: {reply.Text}");
            }

            return connection;
        }
        catch
        {
            connection?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Done when the connection is dead; it throws nothing.</summary>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Why it is dead.</summary>
    public string? Reason => _failure?.Message;

    /// <summary>Sends a batch and gives its replies.</summary>
    public Task<RespValue[]> SendAsync(RedisBatch batch)
    {
        if (batch.Count == 0)
            return Task.FromResult(Array.Empty<RespValue>());
        var pending = new Pending(batch.Count);
        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException<RespValue[]>(new RedisException("The connection to Redis broke.", _failure));
            if (_pending.Count >= _options.MaxPending)
                return Task.FromException<RespValue[]>(new RedisException("Redis is too slow: too many commands wait."));
            _pending.Enqueue(pending);
            _output.Write(batch.Bytes);
            if (_hasOutput.CurrentCount == 0)
                _hasOutput.Release();
        }

        return AwaitAsync(pending);
    }

    public void Dispose() => Fail(new RedisException("The connection to Redis was closed."));

    private async Task<RespValue[]> AwaitAsync(Pending pending)
    {
        try
        {
            return await pending.Replies.Task.WaitAsync(_options.CommandTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            // Replies come in order: whoever is late holds up all others.
            var failure = new RedisException("Redis does not answer.", e);
            Fail(failure);
            throw failure;
        }
    }

    private async Task RunAsync()
    {
        Task writing = WriteAsync();
        try
        {
            await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or RedisException)
        {
            Fail(e);
        }

        await writing.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        var spare = new MemoryStream();
        try
        {
            while (true)
            {
                await _hasOutput.WaitAsync(_end.Token).ConfigureAwait(false);
                MemoryStream output;
                lock (_gate)
                {
                    output = _output;
                    _output = spare;
                }

                await _stream.WriteAsync(output.GetBuffer().AsMemory(0, (int)output.Length), _end.Token).ConfigureAwait(false);
                output.SetLength(0);
                spare = output;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Fail(e);
        }
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        int start = 0, end = 0;
        while (true)
        {
            while (RespReader.TryRead(buffer.AsSpan(start, end - start), out RespValue? value, out int consumed))
            {
                start += consumed;
                Take(value!);
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
            if (end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            int received = await _stream.ReadAsync(buffer.AsMemory(end), _end.Token).ConfigureAwait(false);
            if (received == 0)
                throw new IOException("Redis closed the connection.");
            end += received;
        }
    }

    private void Take(RespValue value)
    {
        Pending pending;
        lock (_gate)
        {
            if (!_pending.TryPeek(out pending!))
                throw new RedisException("Redis said something that nobody asked for.");
            pending.Values[pending.Filled++] = value;
            if (pending.Filled < pending.Values.Length)
                return;
            _pending.Dequeue();
        }

        pending.Replies.TrySetResult(pending.Values);
    }

    private void Fail(Exception failure)
    {
        Pending[] lost;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            lost = [.. _pending];
            _pending.Clear();
        }

        _end.Cancel();
        foreach (Pending pending in lost)
            pending.Replies.TrySetException(new RedisException("The connection to Redis broke.", failure));
    }

    private sealed class Pending(int count)
    {
        public TaskCompletionSource<RespValue[]> Replies { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RespValue[] Values { get; } = new RespValue[count];

        public int Filled { get; set; }
    }
}
