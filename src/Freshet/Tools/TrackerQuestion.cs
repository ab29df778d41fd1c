using System.Net.Sockets;
using Freshet.Protocol.Trackers;

namespace Freshet;

/// <summary>One tracker to be asked over one address family, and its two ends: the answer, and our having been taken off its list again.</summary>
internal sealed class TrackerQuestion(TrackerUrl url, AddressFamily family, TimeSpan patience)
{
    private readonly TaskCompletionSource<TrackerReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _farewell = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TrackerUrl Url => url;

    public AddressFamily Family => family;

    public TimeSpan Patience => patience;

    public Task<TrackerReply> Reply => _reply.Task;

    public Task Farewell => _farewell.Task;

    public void Answer(TrackerReply reply) => _reply.TrySetResult(reply);

    public void TakenOff() => _farewell.TrySetResult();
}
