using Freshet.Abstractions;
using Freshet.Protocol.Dht;

namespace Freshet.Engine.Dht.Answering;

/// <summary>What may be put (BEP 44).</summary>
internal static class ItemRules
{
    /// <summary>Whether a query to put has the right lengths, and where what it puts belongs.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static KrpcErrorCode? Check(in KrpcMessage query, out NodeId target)
    {
        target = default;
        if (query.Value.IsEmpty)
            return KrpcErrorCode.Protocol;
        if (query.Value.Length > DhtLimits.MaxValue)
            return KrpcErrorCode.ValueTooBig;
        if (query.Key.IsEmpty)
        {
            target = DhtItem.TargetOf(query.Value);
            return null;
        }

        if (query.Salt.Length > DhtLimits.MaxSalt)
            return KrpcErrorCode.SaltTooBig;
        if (query.Key.Length != IEd25519.PublicKeyBytes || query.Sequence is null or < 0)
            return KrpcErrorCode.Protocol;
        target = DhtItem.TargetOf(query.Key, query.Salt);
        return null;
    }

    /// <summary>Whether a mutable item is signed by its key.</summary>
    public static KrpcErrorCode? CheckSignature(in KrpcMessage query, IEd25519? signatures)
    {
        if (query.Key.IsEmpty)
            return null;
        if (signatures is null)
            return KrpcErrorCode.Server;
        return DhtItem.IsSigned(query.Key, query.Salt, query.Sequence ?? 0, query.Value, query.Signature, signatures) ? null : KrpcErrorCode.InvalidSignature;
    }

    /// <summary>Whether it may take the place of what is kept already.</summary>
    public static KrpcErrorCode? CheckAgainst(DhtItem? kept, in KrpcMessage query)
    {
        if (kept is not { IsMutable: true } || query.Key.IsEmpty)
            return null;
        if (query.Cas is { } cas && cas != kept.Sequence)
            return KrpcErrorCode.CasMismatch;
        bool isSame = query.Sequence == kept.Sequence && query.Value.SequenceEqual(kept.Value.Span);
        return query.Sequence > kept.Sequence || isSame ? null : KrpcErrorCode.SequenceTooLow;
    }

    /// <summary>A copy of what is put.</summary>
    public static DhtItem Take(in KrpcMessage query) => query.Key.IsEmpty
        ? new DhtItem { Value = query.Value.ToArray() }
        : new DhtItem
        {
            Value = query.Value.ToArray(),
            Key = query.Key.ToArray(),
            Salt = query.Salt.ToArray(),
            Sequence = query.Sequence ?? 0,
            Signature = query.Signature.ToArray(),
        };

    /// <summary>A short text for an error.</summary>
    public static ReadOnlySpan<byte> TextOf(KrpcErrorCode code) => code switch
    {
        KrpcErrorCode.ValueTooBig => "value too big"u8,
        KrpcErrorCode.InvalidSignature => "invalid signature"u8,
        KrpcErrorCode.SaltTooBig => "salt too big"u8,
        KrpcErrorCode.CasMismatch => "the CAS hash mismatched, re-read value and try again"u8,
        KrpcErrorCode.SequenceTooLow => "sequence number less than current"u8,
        KrpcErrorCode.Server => "not kept"u8,
        _ => "bad query or token"u8,
    };
}
