namespace Freshet.Protocol.Utp;

/// <summary>Packets have numbers that do not wrap here; sixteen bits of them go over the wire.</summary>
internal static class WireNumber
{
    /// <summary>The number that is nearest to another and ends in these sixteen bits.</summary>
    public static long Near(long reference, ushort wire) => reference + (short)(wire - (ushort)reference);
}
