using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Freshet.Core;
using Microsoft.Extensions.Logging;

namespace Freshet.Cli.Download;

/// <summary>
/// Runs a program of the user's for each download that completes: an argument vector of the user's alone, no shell, and what a torrent says of itself only in the
/// environment, so that no name of a stranger can become a command. One after another; what it prints goes to the log; a failure is a warning.
/// </summary>
internal sealed partial class CompletionHook : IAsyncDisposable
{
    /// <summary>Long enough to copy or to unpack a large download; whatever takes longer hangs.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>What is kept of a line of its output, and how many lines: the log is for finding out what went wrong.</summary>
    private const int MaxLine = 1024;
    private const int MaxLines = 1000;

    private readonly IReadOnlyList<string> _command;
    private readonly Action<string> _warn;
    private readonly ILogger? _log;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly HashSet<TorrentId> _seen = [];
    private Task _running = Task.CompletedTask;
    private Process? _process;
    private volatile bool _isExiting;

    public CompletionHook(IReadOnlyList<string> command, Action<string> warn, ILoggerFactory? log, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _command = command;
        _warn = warn;
        _log = log?.CreateLogger("Freshet.OnComplete");

        // A second Ctrl-C ends this process at once, and what it has started.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>A torrent may have come to its end: runs the program once for each that did by downloading.</summary>
    public void Look(TorrentStatus status)
    {
        if (_command.Count == 0 || !status.IsComplete || status.DownloadedThisRun + status.TakenThisRun == 0 || !_seen.Add(status.Id))
            return;
        _running = RunAfterAsync(_running, status);
    }

    /// <summary>Whether a program runs, or waits for its turn.</summary>
    public bool IsRunning => !_running.IsCompleted;

    /// <summary>Waits until all are done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
    }

    private async Task RunAfterAsync(Task earlier, TorrentStatus status)
    {
        await earlier;
        await Task.Yield();
        try
        {
            await RunAsync(status);
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException)
        {
            _warn($"--on-complete: {_command[0]} cannot be run for {status.Name}: {error.Message}");
        }
    }

    private async Task RunAsync(TorrentStatus status)
    {
        using var process = new Process { StartInfo = Describe(status) };
        int lines = 0;
        DataReceivedEventHandler read = (_, line) =>
        {
            if (_log is not null && line.Data is { } text && Interlocked.Increment(ref lines) <= MaxLines)
                LogLine(_log, status.Id, Output.TerminalText.Escape(text.Length > MaxLine ? text[..MaxLine] : text));
        };
        process.OutputDataReceived += read;
        process.ErrorDataReceived += read;
        using var end = new CancellationTokenSource(Patience, _clock);
        process.Start();
        lock (_gate)
            _process = process;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(end.Token);
            if (process.ExitCode != 0)
                _warn(string.Create(CultureInfo.InvariantCulture, $"--on-complete: {_command[0]} ended with exit code {process.ExitCode} for {status.Name}"));
        }
        catch (OperationCanceledException)
        {
            Kill();
            _warn($"--on-complete: {_command[0]} was ended for {status.Name}: it took longer than {Output.Amounts.Duration(Patience)}");
        }
        finally
        {
            lock (_gate)
                _process = null;
        }

        // The end of what was just killed must not let the command go on to an exit code of its own, beside that of the interrupt.
        if (_isExiting)
            await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(1, LogLevel.Information, "{Torrent}: {Line}")]
    private static partial void LogLine(ILogger logger, TorrentId torrent, string line);

    private ProcessStartInfo Describe(TorrentStatus status)
    {
        var start = new ProcessStartInfo(_command[0], _command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FRESHET_TORRENT_NAME"] = status.Name;
        start.Environment["FRESHET_INFO_HASH"] = status.Hashes.Primary.ToString();
        start.Environment["FRESHET_DIRECTORY"] = status.Directory;
        start.Environment["FRESHET_PATH"] = Path.Combine(status.Directory, status.Name);
        start.Environment["FRESHET_SIZE"] = status.TotalBytes.ToString(CultureInfo.InvariantCulture);
        start.Environment["FRESHET_SELECTED_SIZE"] = status.WantedBytes.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        _isExiting = true;
        Kill();
    }

    private void Kill()
    {
        lock (_gate)
        {
            try
            {
                _process?.Kill(entireProcessTree: true);
            }
            catch (Exception error) when (error is InvalidOperationException or Win32Exception)
            {
                // It has ended by itself.
            }
        }
    }
}
