namespace Freshet.Tracker.Swarms;

/// <summary>A swarm in numbers, as a scrape tells them (BEP 48, BEP 21). A client that announces over both address families counts once.</summary>
/// <param name="Seeders">Peers that have everything: <c>complete</c>.</param>
/// <param name="Leechers">All others, partial seeds too: <c>incomplete</c>.</param>
/// <param name="Downloaders">Those that want pieces: <c>downloaders</c>.</param>
/// <param name="Completed">How often a peer said that it had got everything: <c>downloaded</c>.</param>
internal readonly record struct SwarmCounts(int Seeders, int Leechers, int Downloaders, int Completed);
