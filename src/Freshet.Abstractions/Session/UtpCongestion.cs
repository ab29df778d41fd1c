namespace Freshet.Abstractions;

/// <summary>Which rule governs how much of a uTP stream is on its way.</summary>
public enum UtpCongestion
{
    /// <summary>LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus): gives way to all other traffic. What a file that can wait should use.</summary>
    Ledbat,

    /// <summary>CUBIC (RFC 9438): takes its share as TCP does.</summary>
    Cubic,

    /// <summary>By measured rate and round trip, not by loss: for lines that lose packets without being full.</summary>
    Rate,
}
