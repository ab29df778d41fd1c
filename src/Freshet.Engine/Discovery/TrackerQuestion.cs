using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>What a tracker is asked, over HTTP or UDP alike; keeps the answer and tells whoever asks.</summary>
internal abstract class TrackerQuestion
{
    /// <summary>Whether somebody waits for the answer.</summary>
    public abstract bool IsUrgent { get; }

    /// <summary>The question is about to go out.</summary>
    public abstract void Prepare(MonoTime now);

    /// <summary>Over HTTP: the URL to fetch.</summary>
    public abstract Uri Url(TrackerUrl tracker);

    /// <summary>Takes the answer over HTTP.</summary>
    /// <returns>Null, or why it is none.</returns>
    public abstract string? Read(ReadOnlySpan<byte> body);

    /// <summary>Over UDP: the exchange with one address.</summary>
    public abstract UdpTrackerExchange OverUdp(TrackerUrl tracker, IPEndPoint address, UdpConnectionIds connections, UdpTransactionIds transactions);

    /// <summary>Takes the answer of an exchange that has one.</summary>
    public abstract void Take(UdpTrackerExchange exchange);

    /// <summary>It is over, with an error or with the answer that was taken.</summary>
    public abstract void Ended(string? error, IPAddress? remote, MonoTime now);
}
