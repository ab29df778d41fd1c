namespace Freshet.Protocol.Trackers;

/// <summary>What is believed of a tracker. Each limit says why it is what it is.</summary>
public static class TrackerLimits
{
    /// <summary>An HTTP answer's body after inflating (B8): the I/O side stops there. libtorrent's limit is a fifth smaller.</summary>
    public const int MaxInflatedBytes = 4 * 1024 * 1024;

    /// <summary>Nested lists and dictionaries in an answer; honest ones need four.</summary>
    public const int MaxDepth = 10;

    /// <summary>Bencoded tokens in an answer: the list form of BEP 3 takes eight a peer.</summary>
    public const int MaxTokens = 50_000;

    /// <summary>Peers kept of an answer (U8): no peer list is longer.</summary>
    public const int MaxPeers = 3000;

    /// <summary>A URL's length: the longest real ones carry a passkey of a few hundred characters.</summary>
    public const int MaxUrl = 1024;

    /// <summary>Characters of a failure or warning that are kept: a line or two for a person.</summary>
    public const int MaxText = 512;

    /// <summary>A tracker id's bytes; longer ones are ignored, because each goes back in the URL of every announce.</summary>
    public const int MaxTrackerId = 256;

    /// <summary>Where an answer names no interval, or a negative one: what most trackers say.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(30);

    /// <summary>No tracker is asked more often than this, whatever it says (U8): an interval of 0 must not make a storm.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);

    /// <summary>No tracker silences a torrent for longer than this (U8): an interval of 2^31 s must not switch it off.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);
}
