using Freshet.Core;

namespace Freshet;

/// <summary>Something that happened while a feed was published or followed (BEP 46).</summary>
/// <param name="Time">When.</param>
public abstract record FeedEvent(DateTimeOffset Time);

/// <summary>A version of our feed is in the DHT, and seeded.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Hashes">Its torrent.</param>
/// <param name="Name">The torrent's name.</param>
/// <param name="Size">Bytes of its files.</param>
/// <param name="Nodes">Nodes that keep it.</param>
public sealed record FeedPublished(DateTimeOffset Time, long Sequence, InfoHashes Hashes, string Name, long Size, int Nodes) : FeedEvent(Time);

/// <summary>The item of a feed was put again, so that the DHT does not forget it.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">The version.</param>
/// <param name="Nodes">Nodes that keep it.</param>
public sealed record FeedRefreshed(DateTimeOffset Time, long Sequence, int Nodes) : FeedEvent(Time);

/// <summary>Somebody else who has our key has published a newer version: ours is not put again.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">The number of that version.</param>
public sealed record FeedSuperseded(DateTimeOffset Time, long Sequence) : FeedEvent(Time);

/// <summary>There is a newer version of a feed, and its download begins.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Torrent">Its torrent.</param>
public sealed record FeedFound(DateTimeOffset Time, long Sequence, InfoHash Torrent) : FeedEvent(Time);

/// <summary>The torrent of a version is known, and what is here of it already is looked at: from now on it can be seen in the session.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Torrent">Its torrent in the session, until it has taken the place of the version before.</param>
public sealed record FeedFetching(DateTimeOffset Time, long Sequence, Torrent Torrent) : FeedEvent(Time);

/// <summary>A version is whole and verified, and its files are in their places.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Hashes">Its torrent.</param>
/// <param name="Name">The torrent's name.</param>
/// <param name="Size">Bytes of its files.</param>
/// <param name="Downloaded">Payload bytes that peers have sent for it in this run; the rest was here.</param>
public sealed record FeedUpdated(DateTimeOffset Time, long Sequence, InfoHashes Hashes, string Name, long Size, long Downloaded) : FeedEvent(Time);

/// <summary>The newest version that is known is the one that is here.</summary>
/// <param name="Time">When.</param>
/// <param name="Sequence">Its number.</param>
public sealed record FeedUnchanged(DateTimeOffset Time, long Sequence) : FeedEvent(Time);

/// <summary>Something went wrong, and is tried again.</summary>
/// <param name="Time">When.</param>
/// <param name="Message">What; for people.</param>
/// <param name="Code">One of <see cref="TroubleCodes"/>.</param>
public sealed record FeedTrouble(DateTimeOffset Time, string Message, string Code) : FeedEvent(Time);
