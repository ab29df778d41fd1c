using Freshet.Cli.Output;

namespace Freshet.Cli.Tests;

/// <summary>What a command line did.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error);

/// <summary>Runs command lines in this process.</summary>
internal static class Cli
{
    // No test looks for the well-known routers, or speaks to the network that the machine is in.
    private const string NoDht = "FRESHET_NO_DHT";
    private const string NoLsd = "FRESHET_NO_LSD";

    public static Task<CliResult> RunAsync(params string[] arguments) => RunAsync(new RunOptions(), arguments);

    public static async Task<CliResult> RunAsync(RunOptions options, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandLine.RunAsync(arguments, new Streams
        {
            Out = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            In = () => new MemoryStream(options.Input),
            Interrupt = options.Interrupt,
            Variable = name => options.Environment.GetValueOrDefault(name) ?? (name is NoDht or NoLsd && arguments is ["download" or "seed", ..] && options.Folders == RunOptions.Nowhere ? "true" : null),
            Folders = options.Folders,
        });
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}

/// <summary>What a command line finds around it.</summary>
internal sealed record RunOptions
{
    public byte[] Input { get; init; } = [];

    /// <summary>All variables that there are: a developer's own must not change a test.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folders with nothing in them.</summary>
    public static UserFolders Nowhere { get; } = new("/nowhere/config", "/nowhere/state", "/nowhere/cache");

    public UserFolders Folders { get; init; } = Nowhere;

    public CancellationToken Interrupt { get; init; } = TestContext.Current.CancellationToken;
}
