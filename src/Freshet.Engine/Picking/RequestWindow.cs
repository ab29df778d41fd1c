using Freshet.Core;

namespace Freshet.Engine.Picking;

/// <summary>How many requests one connection may have outstanding, and when they have waited too long.</summary>
public sealed class RequestWindow
{
    /// <summary>Makes a window.</summary>
    /// <param name="fixedDepth">A fixed number of requests (<c>--pipeline N</c>), or null: adapt.</param>
    /// <param name="maxTimeout">The longest time-out, or null for the default (60 s).</param>
    public RequestWindow(int? fixedDepth = null, TimeSpan? maxTimeout = null) => throw new NotSupportedException();

    /// <summary>What the peer queues (<c>reqq</c> of BEP 10); replaces the default, up or down.</summary>
    public int PeerLimit { get; set; }

    /// <summary>How many requests may be out.</summary>
    public int Depth => throw new NotSupportedException();

    /// <summary>How many are out.</summary>
    public int Outstanding => throw new NotSupportedException();

    /// <summary>How many more may be sent now.</summary>
    public int Room => Math.Max(0, Depth - Outstanding);

    /// <summary>The peer let its requests time out and has brought nothing since.</summary>
    public bool IsSnubbed { get; private set; }

    /// <summary>The smoothed time from request to block; null before the first.</summary>
    public TimeSpan? RoundTrip => throw new NotSupportedException();

    /// <summary>Payload bytes a second, as the window sees it.</summary>
    public long BytesPerSecond => throw new NotSupportedException();

    /// <summary>A request goes out.</summary>
    public void OnRequested(BlockRange block, MonoTime now) => throw new NotSupportedException();

    /// <summary>A block came in, whatever became of it.</summary>
    public void OnReceived(BlockRange block, MonoTime now) => throw new NotSupportedException();

    /// <summary>A request was cancelled, rejected or given up.</summary>
    public void OnDropped(BlockRange block, MonoTime now) => throw new NotSupportedException();

    /// <summary>All requests are void (CHOKE).</summary>
    public void OnAllDropped(MonoTime now) => throw new NotSupportedException();

    /// <summary>When to look for time-outs again.</summary>
    public MonoTime Deadline => throw new NotSupportedException();

    /// <summary>Looks for a time-out.</summary>
    public WindowTimeout CheckTimeout(MonoTime now, out BlockRange lost) => throw new NotSupportedException();
}

/// <summary>What has timed out.</summary>
public enum WindowTimeout : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer answers other requests but skipped one: give that one to others. Ask again, there may be more.</summary>
    Lost,

    /// <summary>The peer answers nothing: it is snubbed now; give all its requests to others, the window has forgotten them.</summary>
    Stalled,
}
