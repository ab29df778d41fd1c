namespace Freshet.Protocol.Utp;

/// <summary>Where a stream is in its life.</summary>
public enum UtpStreamState : byte
{
    /// <summary>The start was sent, nothing has come back.</summary>
    Connecting,

    /// <summary>Bytes go both ways.</summary>
    Connected,

    /// <summary>The application is done with it; what it wrote and the end behind it are still on their way.</summary>
    Closing,

    /// <summary>Nothing is left of it.</summary>
    Closed,
}
