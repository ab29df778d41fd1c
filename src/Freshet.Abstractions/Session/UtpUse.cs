namespace Freshet.Abstractions;

/// <summary>Whether peers are spoken to over uTP (BEP 29).</summary>
public enum UtpUse : byte
{
    /// <summary>Never: TCP alone.</summary>
    Off,

    /// <summary>Beside TCP: both are tried, and the first that is there is used.</summary>
    On,

    /// <summary>Wherever a peer can be reached so; TCP only where it cannot.</summary>
    Prefer,

    /// <summary>Always: TCP is neither dialled nor listened on.</summary>
    Only,
}
