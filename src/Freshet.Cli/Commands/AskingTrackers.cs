using System.CommandLine;
using System.Net.Sockets;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary>What the verbs that ask trackers have in common.</summary>
internal static class AskingTrackers
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    public static Option<TimeSpan> Timeout() => new("--timeout")
    {
        Description = $"How long to wait for each answer, {DurationText.Help}",
        HelpName = "D",
        DefaultValueFactory = _ => DefaultTimeout,
        CustomParser = result => OptionShapes.Parsed(result, "a duration " + DurationText.Help, (string text, out TimeSpan duration)
            => DurationText.TryParse(text, out duration) && duration > TimeSpan.Zero),
    };

    public static string? NameOf(AddressFamily? family) => family switch
    {
        AddressFamily.InterNetwork => "IPv4",
        AddressFamily.InterNetworkV6 => "IPv6",
        _ => null,
    };
}
