using System.CommandLine;
using Freshet.Abstractions;
using Freshet.Cli.Settings;
using static Freshet.Cli.Parsing.OptionShapes;

namespace Freshet.Cli.Download;

/// <summary>The options that say how fast a session may go, and when.</summary>
internal sealed class LimitOptions
{
    private readonly Setting<long?> _down = Rate("--limit-down", "Limit what comes in, of all torrents together");
    private readonly Setting<long?> _up = Rate("--limit-up", "Limit what goes out, of all torrents together");
    private readonly Setting<long?> _alternativeDown = Rate("--alt-limit-down", "Limit what comes in at the times of --alt-schedule; without it --limit-down holds");
    private readonly Setting<long?> _alternativeUp = Rate("--alt-limit-up", "Limit what goes out at the times of --alt-schedule; without it --limit-up holds");

    private readonly Setting<WeeklySchedule?> _schedule = new("--alt-schedule")
    {
        Description = $"When the --alt-limit options hold, in local time: {WeeklySchedule.Help}",
        HelpName = "TIMES",
        CustomParser = result => Parsed<WeeklySchedule>(result, "times of the week " + WeeklySchedule.Help, WeeklySchedule.TryParse),
    };

    private readonly Setting<bool> _noLan = new("--no-lan-limits") { Description = "Do not limit peers of this machine and of local networks" };

    /// <summary>All of them, in the order of the help text.</summary>
    public IReadOnlyList<Option> All => [_down, _up, _alternativeDown, _alternativeUp, _schedule, _noLan];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandFailure">Options are there that mean nothing without another.</exception>
    public RateLimits Read(ParseResult parsed)
    {
        long? down = parsed.GetValue(_down), up = parsed.GetValue(_up);
        long? alternativeDown = parsed.GetValue(_alternativeDown), alternativeUp = parsed.GetValue(_alternativeUp);
        WeeklySchedule? schedule = parsed.GetValue(_schedule);
        bool hasAlternative = alternativeDown is not null || alternativeUp is not null;
        if (hasAlternative && schedule is null)
            throw new CommandFailure(ExitCode.Usage, "--alt-limit-down and --alt-limit-up hold at the times of --alt-schedule: say when.");
        if (schedule is not null && !hasAlternative)
            throw new CommandFailure(ExitCode.Usage, "--alt-schedule needs --alt-limit-down or --alt-limit-up: what holds at those times.");
        return new RateLimits
        {
            Normal = Limits(up, down),
            Alternative = schedule is null ? null : Limits(alternativeUp ?? up, alternativeDown ?? down),
            Schedule = schedule,
            ExemptLocal = parsed.GetValue(_noLan),
        };
    }

    private static TransferLimits Limits(long? up, long? down) => new(up is 0 ? null : up, down is 0 ? null : down);
}
