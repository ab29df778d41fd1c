namespace Freshet.Cli.Output;

/// <summary>Which long lists of a torrent are shown.</summary>
internal readonly record struct MetainfoSections(bool Files, bool Trackers, bool Pieces);
