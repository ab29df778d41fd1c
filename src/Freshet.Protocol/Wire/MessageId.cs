namespace Freshet.Protocol.Wire;

/// <summary>The byte that says what a peer message is.</summary>
internal enum MessageId : byte
{
    /// <summary>BEP 3.</summary>
    Choke = 0,

    /// <summary>BEP 3.</summary>
    Unchoke = 1,

    /// <summary>BEP 3.</summary>
    Interested = 2,

    /// <summary>BEP 3.</summary>
    NotInterested = 3,

    /// <summary>BEP 3.</summary>
    Have = 4,

    /// <summary>BEP 3.</summary>
    Bitfield = 5,

    /// <summary>BEP 3.</summary>
    Request = 6,

    /// <summary>BEP 3.</summary>
    Piece = 7,

    /// <summary>BEP 3.</summary>
    Cancel = 8,

    /// <summary>BEP 5.</summary>
    Port = 9,

    /// <summary>BEP 6.</summary>
    Suggest = 13,

    /// <summary>BEP 6.</summary>
    HaveAll = 14,

    /// <summary>BEP 6.</summary>
    HaveNone = 15,

    /// <summary>BEP 6.</summary>
    Reject = 16,

    /// <summary>BEP 6.</summary>
    AllowedFast = 17,

    /// <summary>BEP 10.</summary>
    Extended = 20,

    /// <summary>BEP 52.</summary>
    HashRequest = 21,

    /// <summary>BEP 52.</summary>
    Hashes = 22,

    /// <summary>BEP 52.</summary>
    HashReject = 23,
}
