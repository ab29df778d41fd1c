namespace Freshet.Core;

/// <summary>A file as a torrent lists it, before its path is made safe.</summary>
/// <param name="Position">The offset in the .torrent file, for errors.</param>
/// <param name="Path">The elements of the path, without the torrent's name.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Attributes">Attributes of BEP 47.</param>
/// <param name="SymlinkTarget">Where a link leads.</param>
/// <param name="PiecesRoot">The root of the merkle tree, in v2.</param>
internal sealed record RawFile(
    int Position, string[] Path, long Length, FileAttributesBep47 Attributes, string? SymlinkTarget = null, Sha256Hash? PiecesRoot = null)
{
    public bool IsPad => (Attributes & FileAttributesBep47.Pad) != 0;

    public string DisplayPath => string.Join('/', Path);
}
