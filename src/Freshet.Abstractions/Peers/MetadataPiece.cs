namespace Freshet.Abstractions;

/// <summary>A piece of a torrent's info dictionary on its way from peer to peer (BEP 9).</summary>
/// <param name="Index">Which piece.</param>
/// <param name="TotalSize">The size of the whole dictionary, as the sender says.</param>
/// <param name="Bytes">The piece. Nothing of it is proven before the whole dictionary is here.</param>
public sealed record MetadataPiece(int Index, int TotalSize, ReadOnlyMemory<byte> Bytes);
