using Freshet.Cli.Output;
using Freshet.Core;

namespace Freshet.Cli;

/// <summary>What a verb knows of how it was called, beside its own options.</summary>
internal sealed record CommandContext(Streams Streams)
{
    public bool Json { get; init; }

    public bool Quiet { get; init; }

    /// <summary>How often <c>-v</c> was given.</summary>
    public int Verbosity { get; init; }

    public string? LogFile { get; init; }

    /// <summary>A log file that is bounded, in place of <see cref="LogFile"/>.</summary>
    public RotatingLog? RotatingLog { get; init; }

    public ColorMode Color { get; init; }

    public TextWriter Out => Streams.Out;

    public TextWriter Error => Streams.Error;

    /// <summary>Whether the output may carry colours and move the cursor.</summary>
    public bool UsesAnsi => Color switch
    {
        ColorMode.Always => true,
        ColorMode.Never => false,
        _ => Streams.IsTerminal && string.IsNullOrEmpty(Streams.Variable("NO_COLOR")),
    };

    /// <summary>Writes a line for people, unless they asked for silence or for JSON.</summary>
    public void Say(string line)
    {
        if (!Quiet && !Json)
            Out.WriteLine(line);
    }

    /// <summary>Writes a line of trouble that does not end the command.</summary>
    public void Warn(string line) => Error.WriteLine("freshet: " + TerminalText.Escape(UrlSecrets.RedactText(line)));
}
