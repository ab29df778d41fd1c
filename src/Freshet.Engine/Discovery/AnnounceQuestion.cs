using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Discovery;

/// <summary>How an announce ended.</summary>
/// <param name="Answer">What the tracker answered, refusals included; null where nothing usable came.</param>
/// <param name="Error">What went wrong, without secrets; null with an answer.</param>
/// <param name="Remote">Who answered, where that is known.</param>
public sealed record TrackerOutcome(AnnounceAnswer? Answer, string? Error, IPAddress? Remote);

/// <summary>Who makes an announce.</summary>
public interface ITrackerCaller
{
    /// <summary>Whether the announce goes before those that only keep the tracker informed: where peers are wanted now, a person asked, or the torrent ends.</summary>
    bool IsUrgent { get; }

    /// <summary>What to tell the tracker, asked when the announce is sent, so that its figures are of that moment.</summary>
    AnnounceRequest MakeRequest(MonoTime now);

    /// <summary>The announce ended; not called after <see cref="TrackerCall.Cancel"/>.</summary>
    void Announced(TrackerOutcome outcome, MonoTime now);
}

/// <summary>An announce.</summary>
internal sealed class AnnounceQuestion(ITrackerCaller caller) : TrackerQuestion
{
    private AnnounceRequest? _request;
    private AnnounceAnswer? _answer;

    public override bool IsUrgent => caller.IsUrgent;

    public override void Prepare(MonoTime now) => _request = caller.MakeRequest(now);

    public override Uri Url(TrackerUrl tracker) => HttpAnnounce.Url(tracker, _request!);

    public override string? Read(ReadOnlySpan<byte> body) => HttpAnnounce.TryParse(body, out _answer, out string? error) ? null : error;

    public override UdpTrackerExchange OverUdp(TrackerUrl tracker, IPEndPoint address, UdpConnectionIds connections, UdpTransactionIds transactions)
        => new UdpAnnounce(_request!, tracker, address, connections, transactions);

    public override void Take(UdpTrackerExchange exchange) => _answer = ((UdpAnnounce)exchange).Answer;

    public override void Ended(string? error, IPAddress? remote, MonoTime now) => caller.Announced(new TrackerOutcome(_answer, error, remote), now);
}
