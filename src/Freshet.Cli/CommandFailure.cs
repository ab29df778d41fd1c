namespace Freshet.Cli;

/// <summary>A command cannot go on: what happened, where and what to do, the exit code, and the entry of docs/troubleshooting.md.</summary>
internal sealed class CommandFailure(int exitCode, string message, string? code = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>One of <see cref="TroubleCodes"/>.</summary>
    public string Code { get; } = code ?? Cli.ExitCode.TroubleOf(exitCode);
}
