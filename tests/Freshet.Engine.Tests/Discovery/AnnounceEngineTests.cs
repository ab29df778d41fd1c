using System.Net;
using System.Net.Sockets;
using System.Text;
using Freshet.Abstractions;
using Freshet.Engine.Discovery;
using Freshet.Protocol.Trackers;

namespace Freshet.Engine.Tests.Discovery;

public sealed class AnnounceEngineTests
{
    private readonly TrackerRig _rig = new();
    private readonly AnnounceEngine _engine;
    private IReadOnlyList<AnnounceReply>? _replies;

    public AnnounceEngineTests()
    {
        Assert.True(TrackerUrl.TryParse("http://one.example/announce", out TrackerUrl? url, out _));
        var request = new AnnounceRequest(_rig.Swarm, _rig.Settings.PeerId, 1234);
        _engine = new AnnounceEngine(_rig, "test", new byte[16], url, request, TimeSpan.FromSeconds(15), replies => _replies = replies);
        _engine.Start(_rig.Now);
    }

    [Fact]
    public void Each_family_is_asked_once_and_told_goodbye()
    {
        Resolve(IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"));
        Assert.Equal([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6], _rig.Fetches.Select(fetch => fetch.Fetch.Family!.Value));
        Answer(0, TrackerRig.Answer);
        Assert.Contains("event=stopped", _rig.Last.Url.Query, StringComparison.Ordinal);
        Answer(1, "d14:failure reason2:noe");
        Assert.Null(_replies);
        Answer(2, TrackerRig.Answer);
        Assert.Equal(2, _replies!.Count);
        Assert.Single(_replies[0].Outcome.Answer!.Peers);
        Assert.Equal("no", _replies[1].Outcome.Answer!.Failure);
        Assert.True(_engine.NextDeadline.IsNever);
    }

    [Fact]
    public void A_goodbye_that_is_not_answered_takes_three_seconds_and_a_tracker_its_patience()
    {
        Resolve(IPAddress.Parse("192.0.2.1"));
        Answer(0, TrackerRig.Answer);
        Assert.Equal(_rig.Now + TimeSpan.FromSeconds(3), _engine.NextDeadline);
        _engine.Advance(_engine.NextDeadline);
        Assert.NotNull(_replies!.Single().Outcome.Answer);
    }

    [Fact]
    public void What_does_not_answer_in_time_is_an_error()
    {
        Resolve(IPAddress.Parse("192.0.2.1"));
        _engine.Advance(_rig.Now + TimeSpan.FromSeconds(15));
        Assert.Contains("in time", _replies!.Single().Outcome.Error, StringComparison.Ordinal);
        Answer(0, TrackerRig.Answer);
        Assert.Single(_replies!);
    }

    [Fact]
    public void A_name_without_address_is_one_reply()
    {
        Resolve();
        Assert.Contains("cannot be resolved", _replies!.Single().Outcome.Error, StringComparison.Ordinal);
    }

    private void Resolve(params IPAddress[] addresses) => _engine.Handle(new ResolveResult(_rig.Resolves.Single().Id, addresses, null), _rig.Now);

    private void Answer(int fetch, string body)
        => _engine.Handle(
            new HttpFetchResult(_rig.Fetches[fetch].Fetch.Id, 200, null, Encoding.Latin1.GetBytes(body), IPAddress.Parse("192.0.2.1"), null),
            _rig.Now);
}
