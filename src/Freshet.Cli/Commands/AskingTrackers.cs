using System.CommandLine;
using System.Net.Sockets;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary>What the verbs that ask trackers have in common.</summary>
internal static class AskingTrackers
{
    /// <summary>Null: the 15 seconds of <see cref="TrackerClient"/>.</summary>
    public static Option<TimeSpan?> Timeout() => new("--timeout")
    {
        Description = $"How long to wait for each answer, {DurationText.Help}; default: 15s",
        HelpName = "D",
        CustomParser = result => OptionShapes.Parsed(result, "a duration " + DurationText.Help, (string text, out TimeSpan? duration) =>
        {
            bool ok = DurationText.TryParse(text, out TimeSpan parsed) && parsed > TimeSpan.Zero;
            duration = parsed;
            return ok;
        }),
    };

    public static string? NameOf(AddressFamily? family) => family switch
    {
        AddressFamily.InterNetwork => "IPv4",
        AddressFamily.InterNetworkV6 => "IPv6",
        _ => null,
    };
}
