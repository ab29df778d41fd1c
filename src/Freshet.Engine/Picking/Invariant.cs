using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Freshet.Engine.Picking;

/// <summary>What must hold after every step, and is checked by tests.</summary>
internal static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string what, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
            throw new InvalidOperationException($"Broken invariant: {what} ({expression}).");
    }
}
