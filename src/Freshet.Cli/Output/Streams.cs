namespace Freshet.Cli.Output;

/// <summary>Where a command reads and writes: the process's own streams, or a test's.</summary>
internal sealed record Streams
{
    /// <summary>What was asked for.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Trouble, and the log.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>What <c>-</c> as a source means.</summary>
    public required Func<Stream> In { get; init; }

    /// <summary>Whether a person watches <see cref="Out"/> on a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Asks for an end as Ctrl-C does; for tests. Null: the process's signals.</summary>
    public CancellationToken? Interrupt { get; init; }

    /// <summary>The environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where the user's configuration, state and cache are.</summary>
    public UserFolders Folders { get; init; } = UserFolders.Current;

    /// <summary>The process's own.</summary>
    public static Streams OfProcess() => new()
    {
        Out = System.Console.Out,
        Error = System.Console.Error,
        In = System.Console.OpenStandardInput,
        IsTerminal = !System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb",
    };
}
