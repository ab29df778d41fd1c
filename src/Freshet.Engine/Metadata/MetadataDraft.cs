using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Metadata;

/// <summary>
/// One attempt to put an info dictionary together from pieces that peers give (BEP 9), whose size they have said. Memory is taken as pieces come, never for what a size
/// says; who gave each piece answers for it.
/// </summary>
public sealed class MetadataDraft
{
    private readonly ReadOnlyMemory<byte>[] _pieces;
    private readonly PeerIdentity?[] _senders;

    // Pieces that nobody is asked for, the next one last.
    private readonly Stack<int> _free;

    /// <summary>Begins an attempt.</summary>
    /// <param name="size">Bytes, from 1 to <see cref="MetadataPieces.MaxSize"/>.</param>
    public MetadataDraft(int size)
    {
        Size = size;
        Missing = MetadataPieces.CountOf(size);
        _pieces = new ReadOnlyMemory<byte>[Missing];
        _senders = new PeerIdentity?[Missing];
        _free = new Stack<int>(Missing);
        for (int piece = Missing - 1; piece >= 0; piece--)
            _free.Push(piece);
    }

    /// <summary>The size that its senders say.</summary>
    public int Size { get; }

    /// <summary>Pieces that are not here.</summary>
    public int Missing { get; private set; }

    /// <summary>Bytes that are here.</summary>
    public int Received { get; private set; }

    /// <summary>Who gave the pieces, each once.</summary>
    public IReadOnlyList<PeerIdentity> Senders => [.. _senders.OfType<PeerIdentity>().Distinct()];

    /// <summary>Takes a piece to ask somebody for; false where each is here or asked for.</summary>
    public bool TryTake(out int piece)
    {
        while (_free.TryPop(out piece))
        {
            if (Lacks(piece))
                return true;
        }

        return false;
    }

    /// <summary>Whether a piece is not here.</summary>
    public bool Lacks(int piece) => piece < _senders.Length && _senders[piece] is null;

    /// <summary>A piece was asked for in vain.</summary>
    public void Free(int piece) => _free.Push(piece);

    /// <summary>Takes a piece, of the right length.</summary>
    public void Add(int piece, ReadOnlyMemory<byte> bytes, PeerIdentity sender)
    {
        if (!Lacks(piece))
            return;
        _pieces[piece] = bytes;
        _senders[piece] = sender;
        Missing--;
        Received += bytes.Length;
    }

    /// <summary>All of it, where nothing is missing.</summary>
    public byte[] Join()
    {
        byte[] whole = new byte[Size];
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in _pieces)
        {
            piece.CopyTo(whole.AsMemory(at));
            at += piece.Length;
        }

        return whole;
    }

    /// <summary>What is kept of it when it was wrong as a whole: who gave which piece, and what it was.</summary>
    public FailedMetadata Fail() => new([.. _pieces.Select(static piece => FailedMetadata.DigestOf(piece.Span))], [.. _senders.OfType<PeerIdentity>()]);
}
