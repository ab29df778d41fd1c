namespace Freshet.Redis;

/// <summary>How patient a client is.</summary>
public sealed record RedisClientOptions
{
    /// <summary>How long connecting may take, names looked up and password checked.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch may take before the connection counts as dead.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait after a first failure; it doubles to <see cref="MaxBackOff"/>.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait between attempts at most.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Batches that wait for their replies; more are refused at once, so that a slow Redis takes no memory.</summary>
    public int MaxPending { get; init; } = 4096;
}
