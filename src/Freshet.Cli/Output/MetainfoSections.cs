namespace Freshet.Cli.Output;

/// <summary>Which long lists of a torrent are shown; and with files, whether their roots (BEP 52).</summary>
internal readonly record struct MetainfoSections(bool Files, bool Trackers, bool Pieces, bool Roots);
