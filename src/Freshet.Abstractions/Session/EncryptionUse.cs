namespace Freshet.Abstractions;

/// <summary>Whether connections to peers are encrypted (message stream encryption): hidden from whoever only looks, not secret.</summary>
public enum EncryptionUse : byte
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>Tried first, and given up for peers that do not know it; payload stays plain where the peer allows that.</summary>
    Prefer,

    /// <summary>Always, payload too: who does not is not spoken to.</summary>
    Require,
}
