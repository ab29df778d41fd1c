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

    /// <summary>Columns of that terminal.</summary>
    public Func<int> Width { get; init; } = WidthOfTerminal;

    /// <summary>Asks for an end as Ctrl-C does; for tests. Null: the process's signals.</summary>
    public CancellationToken? Interrupt { get; init; }

    /// <summary>The environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where the user's configuration, state and cache are.</summary>
    public UserFolders Folders { get; init; } = UserFolders.Current;

    /// <summary>The process's own.</summary>
    public static Streams OfProcess() => new()
    {
        Out = IsOpen(1) ? System.Console.Out : TextWriter.Null,
        Error = IsOpen(2) ? System.Console.Error : TextWriter.Null,
        In = System.Console.OpenStandardInput,
        IsTerminal = !System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb",
    };

    private static int WidthOfTerminal()
    {
        try
        {
            return System.Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    /// <summary>
    /// Whether whoever started the process left it this descriptor. Where not (<c>freshet &gt;&amp;-</c>) the number goes to the next file that is opened, and
    /// what is meant for a person must not end up in there. What was inherited is not marked to be closed on exec; all that this process opens is.
    /// </summary>
    private static bool IsOpen(int descriptor)
    {
        const int CloseOnExec = 0x80000;
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
            return true;
        try
        {
            string? flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is null || (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
