using System.Net;
using Freshet.Abstractions;

namespace Freshet.Engine.Tests.Session;

/// <summary>BEP 27.</summary>
public sealed class PrivateTorrentTests
{
    private const string Answer = "d8:intervali1800e5:peers12:\u00CB\u0000\u0071\u0001\u001A\u00E1\u00CB\u0000\u0071\u0002\u001A\u00E1e";

    private readonly EngineRig _rig = new();

    [Fact]
    public void Only_its_own_trackers_are_announced_to()
    {
        Add(true, ["http://a.example/announce"], "http://public.example/secret-0123456789/announce");
        Assert.Single(_rig.Engine.GetTrackers(_rig.Torrent, _rig.Now));
        TrackerNotice notice = _rig.Notices.OfType<TrackerNotice>().Single();
        Assert.Contains("private", notice.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", notice.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void They_are_announced_to_one_at_a_time_whatever_the_settings_say()
    {
        Add(true, ["http://a.example/announce", "http://b.example/announce"]);
        Resolve();
        Assert.Single(_rig.Fetches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_another_tracker_takes_over_the_peers_of_the_first_are_left(bool isPrivate)
    {
        _rig.Peer(1, peer => peer.Unchokes = false);
        _rig.Peer(2, peer => peer.Unchokes = false);
        Add(isPrivate, ["http://a.example/announce", "http://b.example/announce"]);
        _rig.Engine.SetTiers(_rig.Torrent, Engine.Discovery.TierOrder.OneByOne, _rig.Now);
        Resolve();
        _rig.AnswerTracker(Answer);
        _rig.Run(0.1);
        Assert.Equal(2, _rig.Status.Peers);
        _rig.Run(Discovery.TrackerRig.Round);
        _rig.AnswerTracker(error: "gone");
        Resolve();
        Assert.Equal("b.example", _rig.Fetches[^1].Url.Host);
        Assert.Equal(2, _rig.Status.Peers);
        _rig.AnswerTracker("d8:intervali1800e5:peers0:e");
        Assert.Equal(isPrivate ? 0 : 2, _rig.Status.Peers);
        Assert.Equal(isPrivate ? 0 : 2, _rig.Status.KnownPeers);
        Assert.Equal(isPrivate, _rig.Commands.Exists(command => command.Kind == PeerCommandKind.Close && command.Reason == DisconnectReason.TrackerChanged));
    }

    private void Add(bool isPrivate, string[] trackers, params string[] others) => _rig.Add(spec => spec with
    {
        Metainfo = EngineRig.MakeMetainfo(_rig.Content, 64 * 1024, [.. trackers.Select(tracker => (IReadOnlyList<string>)[tracker])], isPrivate),
        ExtraTrackers = others,
    });

    private void Resolve()
    {
        foreach (ResolveRequest request in _rig.Resolves.ToArray())
            _rig.Engine.Handle(new ResolveResult(request.Id, [IPAddress.Parse("198.51.100.9")], null), _rig.Now);
        _rig.Resolves.Clear();
        _rig.Engine.Advance(_rig.Now);
    }
}
