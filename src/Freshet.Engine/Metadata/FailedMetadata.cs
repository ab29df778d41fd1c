using System.Security.Cryptography;
using Freshet.Core;
using Freshet.Engine.Peers;

namespace Freshet.Engine.Metadata;

/// <summary>Metadata that several peers gave together and that was wrong: one of them lied at least. Once the true bytes are known it tells who.</summary>
/// <param name="digests">Of each piece.</param>
/// <param name="senders">Of each piece.</param>
public sealed class FailedMetadata(IReadOnlyList<Sha1Hash> digests, IReadOnlyList<PeerIdentity> senders)
{
    /// <summary>Who gave pieces that are not those of the true info dictionary, each once.</summary>
    public IReadOnlyList<PeerIdentity> Liars(ReadOnlySpan<byte> truth)
    {
        var liars = new List<PeerIdentity>();
        for (int piece = 0; piece < digests.Count; piece++)
        {
            int length = piece * MetadataPieces.Length < truth.Length ? MetadataPieces.LengthOf(truth.Length, piece) : 0;
            bool isTrue = length > 0 && DigestOf(truth.Slice(piece * MetadataPieces.Length, length)) == digests[piece];
            if (!isTrue && !liars.Contains(senders[piece]))
                liars.Add(senders[piece]);
        }

        return liars;
    }

    internal static Sha1Hash DigestOf(ReadOnlySpan<byte> piece)
    {
        Span<byte> digest = stackalloc byte[Sha1Hash.Length];
        SHA1.HashData(piece, digest);
        return new Sha1Hash(digest);
    }
}
