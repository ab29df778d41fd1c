namespace Freshet.Feeds;

/// <summary>Pauses between tries that nobody answers, each twice as long as the one before: at the start the way into the DHT takes a moment, later a line may be down for long.</summary>
internal sealed class FeedPatience
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // After a quarter of a minute of tries.
    private static readonly TimeSpan Worrying = TimeSpan.FromSeconds(16);

    private TimeSpan _next = First;

    /// <summary>Whether it is time to say that nobody answers; true once.</summary>
    public bool IsOver => _next == Worrying;

    /// <summary>Somebody has answered.</summary>
    public void Renew() => _next = First;

    /// <summary>Waits until it is tried again.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_next, cancellationToken).ConfigureAwait(false);
        _next = _next * 2 > Longest ? Longest : _next * 2;
    }
}
