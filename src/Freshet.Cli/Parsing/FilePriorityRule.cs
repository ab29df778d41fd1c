using Freshet.Abstractions;

namespace Freshet.Cli.Parsing;

/// <summary>What one <c>--priority</c> says.</summary>
/// <param name="Pattern">For which files, as for <c>--select</c>.</param>
/// <param name="Priority">How much they are wanted.</param>
internal sealed record FilePriorityRule(string Pattern, FilePriority Priority)
{
    /// <summary>Reads <c>GLOB=LEVEL</c>; a pattern may hold <c>=</c> itself.</summary>
    public static bool TryParse(string text, out FilePriorityRule? rule)
    {
        int equals = text.LastIndexOf('=');
        FilePriority? priority = text[(equals + 1)..].ToLowerInvariant() switch
        {
            "skip" => FilePriority.Skip,
            "low" => FilePriority.Low,
            "normal" => FilePriority.Normal,
            "high" => FilePriority.High,
            _ => null,
        };
        rule = equals > 0 && priority is { } known ? new FilePriorityRule(text[..equals], known) : null;
        return rule is not null;
    }
}
