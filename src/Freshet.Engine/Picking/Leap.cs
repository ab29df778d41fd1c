namespace Freshet.Engine.Picking;

/// <summary>Visits every place of a row once, far from neighbour to neighbour.</summary>
internal static class Leap
{
    /// <summary>A step near the golden section of a length and without a common divisor: repeated, it comes to every place once.</summary>
    public static int Of(int length)
    {
        int leap = Math.Max(1, (int)(length * 0.618));
        while (GreatestCommonDivisor(leap, length) != 1)
            leap--;
        return leap;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
