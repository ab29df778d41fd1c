using System.Globalization;

namespace Freshet.Cli.Parsing;

/// <summary>A number that was given, or that the command finds out by itself. A struct, because the parser cannot carry a null.</summary>
internal readonly record struct NumberOrAuto(int? Number)
{
    /// <summary>As help and <c>config print</c> show it.</summary>
    public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? "auto";
}
