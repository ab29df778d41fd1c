namespace Freshet.Protocol.Encryption;

/// <summary>How what follows the handshake of message stream encryption is written; the values of <c>crypto_provide</c> and <c>crypto_select</c>.</summary>
[Flags]
public enum MsePayload
{
    /// <summary>In no way.</summary>
    None = 0,

    /// <summary>As it is: only the handshake is hidden.</summary>
    Plain = 1,

    /// <summary>Encrypted by RC4.</summary>
    Rc4 = 2,
}
