namespace Freshet.Abstractions;

/// <summary>
/// How payload is written behind the handshake of message stream encryption (MSE, which has no BEP); the values of its <c>crypto_provide</c> and <c>crypto_select</c>.
/// </summary>
[Flags]
public enum MsePayload : byte
{
    /// <summary>There is no such handshake: BitTorrent's comes first, as it is.</summary>
    None = 0,

    /// <summary>As it is: only the handshake is hidden.</summary>
    Plain = 1,

    /// <summary>Encrypted by RC4.</summary>
    Rc4 = 2,
}
