namespace Freshet.Cli;

/// <summary>A command cannot go on: what happened, where and what to do, and the exit code.</summary>
internal sealed class CommandFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
