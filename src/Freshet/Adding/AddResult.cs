namespace Freshet;

/// <summary>What came of adding a torrent.</summary>
/// <param name="Torrent">The torrent.</param>
/// <param name="WasThere">Whether the session had it already; then its trackers and peers were joined to those given, and nothing else was changed.</param>
public sealed record AddResult(Torrent Torrent, bool WasThere);
